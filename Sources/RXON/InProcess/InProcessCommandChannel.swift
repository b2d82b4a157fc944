import Synchronization

/// The command channel of an in-process transport.
final class InProcessCommandChannel: CommandChannel {
  typealias Commands = AsyncThrowingStream<WorkerCommand, any Error>

  let credentials: Credentials
  let workerID: String
  let commands: Commands
  private let continuation: Commands.Continuation
  /// Who wants to know of the end; nil after it.
  private let watchers = Mutex<[@Sendable (InProcessCommandChannel) -> Void]?>([])

  init(credentials: Credentials, workerID: String) {
    self.credentials = credentials
    self.workerID = workerID
    (commands, continuation) = Commands.makeStream()
    continuation.onTermination = { [weak self] _ in self?.tellClosed() }
  }

  /// - Parameter action: called once, whoever closes the channel; at once when it is closed.
  func onClosed(_ action: @escaping @Sendable (InProcessCommandChannel) -> Void) {
    let isClosed = watchers.withLock { watchers in
      watchers?.append(action)
      return watchers == nil
    }
    if isClosed { action(self) }
  }

  func send(_ command: WorkerCommand) {
    continuation.yield(command)
  }

  func close() {
    close(TransportError(.interrupted, "the parent closed the command channel"))
  }

  func close(_ error: TransportError) {
    continuation.finish(throwing: error)
    tellClosed()
  }

  private func tellClosed() {
    let actions = watchers.withLock { watchers in
      defer { watchers = nil }
      return watchers ?? []
    }
    for action in actions { action(self) }
  }
}
