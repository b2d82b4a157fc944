public import NIOCore
import NIOWebSocket

/// Told what happens on a ``WebSocket``; called on its event loop.
public protocol WebSocketDelegate: Sendable {
  /// A whole text message, reassembled.
  func webSocket(_ socket: WebSocket, received text: [UInt8])
  /// Called once, for whatever reason the socket ended.
  func webSocketClosed(_ socket: WebSocket)
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
    let frame = WebSocketFrame(
      fin: true, opcode: opcode, maskKey: role == .client ? .random() : nil, data: payload)
    channel.writeAndFlush(frame, promise: promise)
  }
}
