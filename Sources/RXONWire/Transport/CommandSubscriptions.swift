import RXON
import Synchronization

/// The command channel of a transport. A new one takes the place of the one before. Thread-safe.
final class CommandSubscriptions: Sendable {
  private struct State {
    var isClosed = false
    var current: CommandSubscription?
  }

  private let state = Mutex(State())

  var current: CommandSubscription? {
    state.withLock { $0.current }
  }

  var isClosed: Bool {
    state.withLock { $0.isClosed }
  }

  /// - Returns: false when the transport was closed meanwhile.
  func add(_ subscription: CommandSubscription) -> Bool {
    let (former, isOpen) = state.withLock { state in
      let former = state.current
      if !state.isClosed {
        state.current = subscription
      }
      return (former, !state.isClosed)
    }
    former?.pipe.close()
    return isOpen
  }

  func remove(_ subscription: CommandSubscription) {
    state.withLock { state in
      if state.current === subscription {
        state.current = nil
      }
    }
  }

  func close() {
    let current = state.withLock { state in
      state.isClosed = true
      return state.current
    }
    current?.pipe.close()
  }
}

/// One command channel and the stream that it fills.
final class CommandSubscription: CommandPipeDelegate {
  typealias Continuation = AsyncThrowingStream<WorkerCommand, any Error>.Continuation

  let pipe: any CommandPipe
  /// What the channel was opened with.
  let token: PresentedToken
  private let continuation: Continuation
  private let subscriptions: CommandSubscriptions
  private let malformedCommand: (@Sendable (_ problem: String) -> Void)?

  init(
    pipe: any CommandPipe, token: PresentedToken, continuation: Continuation, subscriptions: CommandSubscriptions,
    malformedCommand: (@Sendable (_ problem: String) -> Void)?
  ) {
    self.pipe = pipe
    self.token = token
    self.continuation = continuation
    self.subscriptions = subscriptions
    self.malformedCommand = malformedCommand
  }

  func received(command: [UInt8]) {
    do {
      if case .dropped = continuation.yield(try WorkerCommand(bytes: command)) {
        continuation.finish(throwing: TransportError(.interrupted, "commands came faster than they were taken"))
        pipe.close()
      }
    } catch {
      malformedCommand?("\(error)")
    }
  }

  func pipeClosed() {
    subscriptions.remove(self)
    continuation.finish(
      throwing: subscriptions.isClosed
        ? TransportError.transportClosed : TransportError(.interrupted, "the command channel was lost"))
  }
}
