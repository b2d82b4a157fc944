#if GRPC
  import GRPCCore
  import NIOCore
  import RXONLink

  /// A link over the two streams of one call of `rxon.link.v1.Link/Open`: each message is a
  /// ``FrameBatch``. Confined to its event loop.
  ///
  /// ``write(to:)`` and ``read(_:)`` are to be run by an ``EventLoopTaskExecutor`` of the same loop.
  final class GRPCLinkPipe: LinkPipe, @unchecked Sendable {
    // Unchecked: everything mutable is confined to `eventLoop`.
    /// Of a message, in bytes: chunks, or names of skills and tokens.
    static let largestMessage = 1 << 20
    /// How long the peer may take to see a regular end.
    private static let farewellLimit = TimeAmount.seconds(3)

    let eventLoop: any EventLoop
    var end: (any LinkEnd)?
    /// Why this side ended the link; nil where it did not.
    private(set) var closure: LinkClosure?
    private var batch = FrameBatch()
    private let outbox = BatchOutbox()
    private let abort: @Sendable () -> Void
    private var farewell: Scheduled<Void>?

    /// - Parameter abort: ends both streams at once.
    init(eventLoop: any EventLoop, abort: @escaping @Sendable () -> Void) {
      self.eventLoop = eventLoop
      self.abort = abort
    }

    // MARK: LinkPipe

    var isWritable: Bool { outbox.isWritable }

    func write(_ frame: LinkFrame, written: (@Sendable (Bool) -> Void)?) {
      let encoded = frame.encoded()
      if !batch.hasRoom(for: encoded) { giveBatch() }
      batch.append(encoded: encoded, written: written)
      if batch.isFull { giveBatch() }
    }

    func flush() {
      giveBatch()
      outbox.release()
    }

    private func giveBatch() {
      if !batch.isEmpty { outbox.append(batch.take()) }
    }

    func close(_ reason: LinkClosure) {
      guard closure == nil else { return }
      closure = reason
      guard reason != .stalled else { return abort() }
      giveBatch()
      outbox.finish()
      farewell = eventLoop.assumeIsolated().scheduleTask(in: Self.farewellLimit) { [abort] in abort() }
    }

    // MARK: The call

    /// Writes what is sent, until the link is closed from this side.
    func write(to writer: RPCWriter<[UInt8]>) async throws {
      while true {
        let messages = await outbox.take()
        guard !messages.isEmpty else { return }
        do {
          try await writer.write(contentsOf: messages.lazy.map(\.bytes))
        } catch {
          for message in messages { message.tell(false) }
          throw error
        }
        for message in messages { message.tell(true) }
        if outbox.wrote(messages.reduce(0) { $0 + $1.bytes.count }) { end?.becameWritable() }
      }
    }

    /// Reads what arrives, until the peer ends its stream.
    func read(_ message: [UInt8]) {
      guard closure == nil else { return }
      do throws(LinkFrameError) {
        // Of one that breaks the protocol nothing more is taken.
        try FrameBatch.forEachFrame(of: message) { if closure == nil { end?.received($0) } }
      } catch {
        close(.violation("a message that is no frame"))
      }
    }

    func sawPeer() {
      end?.sawSignOfLife()
    }

    /// The call is over.
    func ended() {
      farewell?.cancel()
      outbox.drop()
      giveBatch()
      let end = end
      self.end = nil
      end?.pipeClosed()
      // What was written on hearing of it.
      giveBatch()
    }
  }
#endif
