import Synchronization

/// What a fault proxy does, and whether it has: cuts the line once, in one place of one kind of call.
final class Fault: Sendable {
  /// A call of a node to its parent, or that a link is opened to carry them.
  enum Call: String, Sendable, CaseIterable {
    case opening, registration, poll, result, heartbeat, event, token, refresh, commands
  }

  /// Where the line is cut.
  enum Place: String, Sendable, CaseIterable {
    /// No byte of the request gets through.
    case beforeSending
    /// The request is delivered, and no byte of its answer gets through.
    case afterSending
    /// Half of the answer gets through.
    case withinAnswer
  }

  let call: Call
  let place: Place
  private let struck = Mutex(false)

  init(_ call: Call, _ place: Place) {
    self.call = call
    self.place = place
  }

  var hasStruck: Bool { struck.withLock { $0 } }

  /// Whether the line is to be cut before this request; true once.
  func strikes(requestOf call: Call?) -> Bool {
    place == .beforeSending && strikes(call)
  }

  /// Where to cut the answer, which has begun to arrive; not nil once.
  /// - Parameter isWorthwhile: a poll that ends without a task is not.
  func strikes(answerTo call: Call?, isWorthwhile: Bool = true) -> Place? {
    place != .beforeSending && isWorthwhile && strikes(call) ? place : nil
  }

  private func strikes(_ call: Call?) -> Bool {
    guard call == self.call else { return false }
    return struck.withLock { struck in
      defer { struck = true }
      return !struck
    }
  }
}

/// What becomes of bytes that arrived at the proxy.
struct Passage {
  /// Passed on, in place of what arrived.
  var bytes: [UInt8] = []
  /// Then both ends of the line are closed.
  var cuts = false
}

/// Finds the calls in the bytes of one connection, and says where a fault cuts them.
protocol ExchangeReader {
  mutating func takeUp(_ bytes: [UInt8], _ fault: Fault) -> Passage
  mutating func takeDown(_ bytes: [UInt8], _ fault: Fault) -> Passage
}
