import RXON
import RXONLink
import RXONWire
import Synchronization

/// A link where the parent has one; else plain HTTP, which is what the reference means by `ws://`. Which it is shows at
/// each registration.
final class LinkOrCallsWire: Wire {
  private enum Choice {
    case unknown, link, calls
  }

  let link: LinkWire
  let calls: HTTPWire
  private let choice = Mutex(Choice.unknown)

  init(link: LinkWire, calls: HTTPWire) {
    self.link = link
    self.calls = calls
  }

  func send(_ call: WireCall) async throws(TransportError) -> WireReply {
    if case .register = call.action { forgetAbsence() }
    guard mayLink else { return try await calls.send(call) }
    do throws(TransportError) {
      let reply = try await link.send(call)
      choose(.link)
      return reply
    } catch {
      guard link.isAbsent else { throw error }
      choose(.calls)
      return try await calls.send(call)
    }
  }

  func confirm(_ receipts: [TaskReceipt], of workerID: String, token: String) {
    if mayLink {
      link.confirm(receipts, of: workerID, token: token)
    } else {
      calls.confirm(receipts, of: workerID, token: token)
    }
  }

  func openCommands(
    of workerID: String, token: String,
    accept: @escaping @Sendable (any CommandPipe) -> (any CommandPipeDelegate)?
  ) async throws(TransportError) -> any CommandPipe {
    guard mayLink else { return try await calls.openCommands(of: workerID, token: token, accept: accept) }
    do throws(TransportError) {
      return try await link.openCommands(of: workerID, token: token, accept: accept)
    } catch {
      guard link.isAbsent else { throw error }
      choose(.calls)
      return try await calls.openCommands(of: workerID, token: token, accept: accept)
    }
  }

  func leave(_ workerID: String) async {
    await link.leave(workerID)
    await calls.leave(workerID)
  }

  func close() async {
    await link.close()
    await calls.close()
  }

  private var mayLink: Bool { choice.withLock { $0 != .calls } }

  private func choose(_ new: Choice) {
    choice.withLock { $0 = new }
  }

  /// A parent may have been exchanged for one that has links.
  private func forgetAbsence() {
    choice.withLock { choice in
      if choice == .calls { choice = .unknown }
    }
  }
}
