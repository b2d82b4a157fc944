public import NIOCore
import NIOWebSocket

/// Told what happens on a ``WebSocket``; called on its event loop.
public protocol WebSocketDelegate: Sendable {
  /// Messages are text, or all are binary; one of the other kind ends the socket.
  var messages: WebSocketMessages { get }
  /// A whole message, reassembled.
  func webSocket(_ socket: WebSocket, received message: [UInt8])
  /// More can be sent without filling the network's buffers. Not told where nobody waits for it.
  func webSocketBecameWritable(_ socket: WebSocket)
  /// The peer sent a ping, or answered one.
  func webSocketSawPeer(_ socket: WebSocket)
  /// The socket is to end once what it does now is done.
  /// - Returns: whether the delegate will close it; false closes it at once.
  func webSocketShouldDrain(_ socket: WebSocket) -> Bool
  /// Called once, for whatever reason the socket ended.
  func webSocketClosed(_ socket: WebSocket)
}

/// What the messages of a WebSocket are.
public enum WebSocketMessages: Sendable {
  case text, binary
}

extension WebSocketDelegate {
  public var messages: WebSocketMessages { .text }
  public func webSocketBecameWritable(_ socket: WebSocket) {}
  public func webSocketSawPeer(_ socket: WebSocket) {}
  public func webSocketShouldDrain(_ socket: WebSocket) -> Bool { false }
}

/// An open WebSocket (RFC 6455). Its methods may be called from any thread.
public final class WebSocket: Sendable {
  package enum Role: Sendable {
    case client
    case server
  }

  let channel: any Channel
  let role: Role

  package init(channel: any Channel, role: Role) {
    self.channel = channel
    self.role = role
  }

  public var eventLoop: any EventLoop { channel.eventLoop }

  /// Sends a text message.
  /// - Parameter promise: told when the message was handed to the network, or could not be.
  public func send(text: [UInt8], promise: EventLoopPromise<Void>? = nil) {
    write(.text, ByteBuffer(bytes: text), promise: promise)
  }

  /// Says good-bye and closes.
  public func close() {
    close(code: .normalClosure)
  }

  func close(code: WebSocketErrorCode) {
    var payload = ByteBuffer()
    payload.write(webSocketErrorCode: code)
    let promise = channel.eventLoop.makePromise(of: Void.self)
    let channel = channel
    promise.futureResult.whenComplete { result in
      // Another good-bye is on its way, and closes the channel.
      if case .failure(ChannelError.outputClosed) = result { return }
      channel.close(promise: nil)
    }
    write(.connectionClose, payload, promise: promise)
  }

  func write(_ opcode: WebSocketOpcode, _ payload: ByteBuffer, promise: EventLoopPromise<Void>? = nil) {
    channel.writeAndFlush(frame(opcode, payload), promise: promise)
  }

  /// Sends a binary message with the next flush of the channel.
  func buffer(binary: [UInt8], promise: EventLoopPromise<Void>?) {
    channel.write(frame(.binary, ByteBuffer(bytes: binary)), promise: promise)
  }

  private func frame(_ opcode: WebSocketOpcode, _ payload: ByteBuffer) -> WebSocketFrame {
    WebSocketFrame(fin: true, opcode: opcode, maskKey: role == .client ? .random() : nil, data: payload)
  }
}
