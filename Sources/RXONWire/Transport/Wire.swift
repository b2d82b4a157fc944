import RXON

/// What carries the calls of workers to one parent. One wire may serve several workers. Thread-safe.
package protocol Wire: Sendable {
  /// Sends a call and waits for its answer. Cancelling the task abandons the call.
  /// - Throws: what went wrong, refusals by the parent included.
  func send(_ call: WireCall) async throws(TransportError) -> WireReply

  /// Tells, with what is sent next at the latest, that these tasks are safe with the worker. May get lost.
  func confirm(_ receipts: [TaskReceipt], of workerID: String, token: String)

  /// Opens a command channel.
  /// - Parameter accept: called when it is open, before anything arrives on it; nil closes it again.
  func openCommands(
    of workerID: String, token: String,
    accept: @escaping @Sendable (any CommandPipe) -> (any CommandPipeDelegate)?
  ) async throws(TransportError) -> any CommandPipe

  /// Ends the calls of one worker, of several that share the wire; they fail as closed.
  func leave(_ workerID: String) async

  /// Ends all calls and connections. Idempotent.
  func close() async
}

/// An open command channel at the child's end. Its methods may be called from any thread.
package protocol CommandPipe: AnyObject, Sendable {
  /// Sends an event, in the order of the calls.
  /// - Returns: whether it was handed to the network.
  func send(event: [UInt8]) async -> Bool
  func close()
}

/// Told what happens on a ``CommandPipe``.
package protocol CommandPipeDelegate: Sendable {
  func received(command: [UInt8])
  /// Called once, for whatever reason the pipe ended.
  func pipeClosed()
}
