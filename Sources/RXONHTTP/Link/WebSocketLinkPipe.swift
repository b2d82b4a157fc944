import NIOCore
import NIOWebSocket
import RXONLink

/// A link over a WebSocket: each binary message is a ``FrameBatch``. Confined to its event loop.
final class WebSocketLinkPipe: LinkPipe, WebSocketDelegate, @unchecked Sendable {
  // Unchecked: `end` is set before the socket is handed anything, and read on its event loop.
  /// Of a message, in bytes: chunks, or names of skills and tokens.
  static let largestMessage = 1 << 20
  /// Bytes that may be written before they are flushed. Over TLS the channel learns only then how many there are.
  private static let greatestUnflushed = 64 << 10

  private let socket: WebSocket
  var end: (any LinkEnd)?
  private var batch = FrameBatch()
  private var unflushed = 0
  private var isClosing = false

  init(_ socket: WebSocket) {
    self.socket = socket
    socket.channel.limitUnsentBytes()
  }

  // MARK: LinkPipe

  var eventLoop: any EventLoop { socket.eventLoop }
  var isWritable: Bool { socket.channel.isWritable && unflushed + batch.bytes.count < Self.greatestUnflushed }

  func write(_ frame: LinkFrame, written: (@Sendable (Bool) -> Void)?) {
    let encoded = frame.encoded()
    if !batch.hasRoom(for: encoded) { writeBatch() }
    batch.append(encoded: encoded, written: written)
    if batch.isFull { writeBatch() }
  }

  func flush() {
    writeBatch()
    unflushed = 0
    socket.channel.flush()
  }

  private func writeBatch() {
    guard !batch.isEmpty else { return }
    let message = batch.take()
    unflushed += message.bytes.count
    socket.buffer(binary: message.bytes, promise: message.isAwaited ? promise(for: message) : nil)
  }

  private func promise(for message: FrameBatch) -> EventLoopPromise<Void> {
    let promise = eventLoop.makePromise(of: Void.self)
    promise.futureResult.whenComplete { result in
      if case .success = result { message.tell(true) } else { message.tell(false) }
    }
    return promise
  }

  func close(_ reason: LinkClosure) {
    isClosing = true
    // What was written goes before the good-bye.
    writeBatch()
    switch reason {
    case .finished, .replaced: socket.close(code: .normalClosure)
    case .violation: socket.close(code: .policyViolation)
    // What waits for a peer that does not read would keep the good-bye waiting too.
    case .stalled: socket.channel.close(promise: nil)
    }
  }

  // MARK: WebSocketDelegate

  var messages: WebSocketMessages { .binary }

  func webSocket(_ socket: WebSocket, received message: [UInt8]) {
    do throws(LinkFrameError) {
      // Of one that breaks the protocol nothing more is taken.
      try FrameBatch.forEachFrame(of: message) { if !isClosing { end?.received($0) } }
    } catch {
      close(.violation("a message that is no frame"))
    }
  }

  func webSocketBecameWritable(_ socket: WebSocket) {
    end?.becameWritable()
  }

  func webSocketSawPeer(_ socket: WebSocket) {
    end?.sawSignOfLife()
  }

  func webSocketShouldDrain(_ socket: WebSocket) -> Bool {
    end?.drain() ?? false
  }

  func webSocketClosed(_ socket: WebSocket) {
    writeBatch()
    let end = end
    self.end = nil
    end?.pipeClosed()
    // What was written on hearing of it.
    writeBatch()
  }
}

extension WebSocketKeepAlive {
  /// A half-open link is noticed within 15 s, from both ends.
  static var ofLinks: WebSocketKeepAlive { WebSocketKeepAlive(interval: .seconds(6), timeout: .seconds(8)) }
}
