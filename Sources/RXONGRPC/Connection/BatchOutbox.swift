#if GRPC
  import RXONLink
  import Synchronization

  /// Messages on their way into a stream, which takes them at the pace of the network. Thread-safe.
  final class BatchOutbox: Sendable {
    /// Bytes above which no more should be given.
    static let highMark = 128 << 10
    /// Bytes at which more may be given again.
    static let lowMark = 32 << 10

    private struct State {
      var messages: [FrameBatch] = []
      /// Of the messages that wait and of those being written.
      var byteCount = 0
      var isFull = false
      var isFinished = false
      var taker: CheckedContinuation<[FrameBatch], Never>?

      mutating func takeMessages() -> [FrameBatch] {
        defer { messages = [] }
        return messages
      }
    }

    private let state = Mutex(State())

    /// Whether more may be given.
    var isWritable: Bool { state.withLock { !$0.isFull && !$0.isFinished } }

    /// Gives a message, to be taken after the next ``release()``. After the end it is dropped.
    func append(_ message: FrameBatch) {
      let isTaken = state.withLock { state in
        guard !state.isFinished else { return false }
        state.messages.append(message)
        state.byteCount += message.bytes.count
        if state.byteCount > Self.highMark { state.isFull = true }
        return true
      }
      if !isTaken { message.tell(false) }
    }

    /// Lets what waits be taken.
    func release() {
      let (taker, messages) = state.withLock { state -> (CheckedContinuation<[FrameBatch], Never>?, [FrameBatch]) in
        guard !state.messages.isEmpty, let taker = state.taker else { return (nil, []) }
        state.taker = nil
        return (taker, state.takeMessages())
      }
      taker?.resume(returning: messages)
    }

    /// Nothing comes any more; what waits is still taken.
    func finish() {
      let (taker, messages) = state.withLock { state -> (CheckedContinuation<[FrameBatch], Never>?, [FrameBatch]) in
        state.isFinished = true
        guard let taker = state.taker else { return (nil, []) }
        state.taker = nil
        return (taker, state.takeMessages())
      }
      taker?.resume(returning: messages)
    }

    /// Ends at once, without what waits.
    func drop() {
      let messages = state.withLock { $0.takeMessages() }
      finish()
      for message in messages { message.tell(false) }
    }

    /// Waits for messages. Cancelling the task finishes the outbox.
    /// - Returns: empty at the end.
    func take() async -> [FrameBatch] {
      await withTaskCancellationHandler {
        await withCheckedContinuation { continuation in
          let messages = state.withLock { state -> [FrameBatch]? in
            if state.messages.isEmpty, !state.isFinished {
              state.taker = continuation
              return nil
            }
            return state.takeMessages()
          }
          if let messages { continuation.resume(returning: messages) }
        }
      } onCancel: {
        finish()
      }
    }

    /// The network took this many bytes.
    /// - Returns: whether more may be given now that could not before.
    func wrote(_ byteCount: Int) -> Bool {
      state.withLock { state in
        state.byteCount -= byteCount
        guard state.isFull, state.byteCount <= Self.lowMark else { return false }
        state.isFull = false
        return !state.isFinished
      }
    }
  }
#endif
