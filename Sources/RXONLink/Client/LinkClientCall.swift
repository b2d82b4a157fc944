import NIOCore
import RXON
import RXONWire

/// A call on its way over a link. Confined to the link's event loop once submitted.
final class LinkClientCall: @unchecked Sendable {
  // Unchecked: everything mutable is confined to the event loop.
  enum Kind {
    case call(WireCall)
    case commands(accept: @Sendable (any CommandPipe) -> (any CommandPipeDelegate)?)
  }

  typealias Outcome = Result<WireReply, TransportError>

  let kind: Kind
  let workerID: String
  let token: String
  let timeout: TimeAmount

  /// 0 before it was given to a session.
  var number: UInt64 = 0
  var isSent = false
  /// It is a poll that says which skills those after it have.
  var declaresSkills = false
  var session: LinkClientSession?
  private var timer: Scheduled<Void>?
  private var completion: ((Outcome) -> Void)?
  private var early: Outcome?

  init(_ kind: Kind, workerID: String, token: String, timeout: TimeAmount) {
    self.kind = kind
    self.workerID = workerID
    self.token = token
    self.timeout = timeout
  }

  var isOver: Bool { early != nil }

  var isPoll: Bool {
    if case .call(let call) = kind, case .poll = call.action { return true }
    return false
  }

  /// Counts against the calls that may wait at once.
  var isCounted: Bool {
    if case .call = kind { return !isPoll }
    return false
  }

  /// Goes in chunks, and takes turns with others of its size.
  var isLarge: Bool {
    if case .call(let call) = kind { return call.body.count > LinkFrame.chunkSize }
    return false
  }

  func begin(_ completion: @escaping (Outcome) -> Void) {
    if let early { return completion(early) }
    self.completion = completion
  }

  /// Ends the call when it has no answer in its time from now on.
  func startTimer(on eventLoop: any EventLoop) {
    timer?.cancel()
    timer = eventLoop.assumeIsolated().scheduleTask(in: timeout) { self.abandon(self.expiry) }
  }

  /// Only the first end counts.
  func end(_ outcome: Outcome) {
    guard early == nil else { return }
    early = outcome
    timer?.cancel()
    timer = nil
    completion?(outcome)
    completion = nil
  }

  /// The caller does not wait any more.
  func abandon(_ error: TransportError) {
    end(withoutAnswer: .failure(error))
  }

  /// Ends in its own way, and tells the parent that nobody waits for its answer.
  func end(withoutAnswer outcome: Outcome) {
    guard early == nil else { return }
    let session = session
    end(outcome)
    session?.withdraw(self)
  }

  var cancellation: TransportError {
    isSent
      ? TransportError(.interrupted, "the call was cancelled")
      : TransportError(.unreachable, "the call was cancelled before it was sent")
  }

  var expiry: TransportError {
    isSent
      ? TransportError(.timedOut, "no answer in time")
      : TransportError(.unreachable, "the call could not be sent in time")
  }
}
