import NIOCore
import RXON
import RXONWire

/// A call that may travel in one request with others. Confined to the pool's event loop.
final class BatchedCall: @unchecked Sendable {
  typealias Completion = @Sendable (Result<WireReply, TransportError>) -> Void

  // Unchecked: everything mutable is confined to the event loop.
  let call: WireCall
  private var completion: Completion?
  private(set) var isOver = false
  /// Told when the caller does not wait any more.
  var cancelled: (@Sendable () -> Void)?

  init(_ call: WireCall) {
    self.call = call
  }

  /// Whose it is, with what: such calls may share a request.
  func mayJoin(_ other: BatchedCall) -> Bool {
    call.workerID == other.call.workerID && call.token == other.call.token
  }

  func end(_ result: Result<WireReply, TransportError>) {
    guard !isOver else { return }
    isOver = true
    let completion = completion
    self.completion = nil
    cancelled = nil
    completion?(result)
  }

  /// Waits for the end, which cancelling the task brings about.
  /// - Parameter begin: called on the event loop, at once where the caller is on it.
  func answer(
    on eventLoop: any EventLoop, isolation: isolated (any Actor)? = #isolation,
    begin: @escaping @Sendable (BatchedCall) -> Void
  ) async throws(TransportError) -> WireReply {
    let result = await withTaskCancellationHandler {
      // The capture is what keeps the closure on the caller's executor.
      _ = isolation
      return await withCheckedContinuation(isolation: isolation) { continuation in
        eventLoop.runOrExecute {
          self.completion = { continuation.resume(returning: $0) }
          if self.isOver {
            self.isOver = false
            self.end(.failure(Self.cancellation))
          } else {
            begin(self)
          }
        }
      }
    } onCancel: {
      eventLoop.runOrExecute { self.cancel() }
    }
    return try result.get()
  }

  /// May come before the call has begun.
  private func cancel() {
    if completion == nil {
      isOver = true
    } else {
      let cancelled = cancelled
      end(.failure(Self.cancellation))
      cancelled?()
    }
  }

  private static var cancellation: TransportError { TransportError(.interrupted, "the call was cancelled") }
}

extension EventLoop {
  /// Runs `action` on the loop: now, where the caller is on it.
  func runOrExecute(_ action: @escaping @Sendable () -> Void) {
    if inEventLoop {
      action()
    } else {
      execute(action)
    }
  }
}
