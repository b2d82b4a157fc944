import NIOCore
import NIOWebSocket

/// How often a WebSocket pings, and how long a pong may take.
package struct WebSocketKeepAlive {
  var interval: TimeAmount
  var timeout: TimeAmount

  package init(interval: TimeAmount, timeout: TimeAmount) {
    self.interval = interval
    self.timeout = timeout
  }
}

/// Speaks one side of an open WebSocket: answers pings, sends its own, refuses what RFC 6455 forbids, and hands whole
/// text messages to its delegate. Confined to its event loop.
package final class WebSocketHandler: ChannelInboundHandler, SupervisedConnection {
  package typealias InboundIn = WebSocketFrame

  private let socket: WebSocket
  private let connections: SupervisedConnections
  private let keepAlive: WebSocketKeepAlive
  /// Set when the socket is open, before anything arrives on it.
  package var delegate: (any WebSocketDelegate)?
  private var awaitsPong = false
  /// To a ping that came while the channel took no more.
  private var owedPong: ByteBuffer?
  private var isClosing = false
  private var isClosed = false

  private(set) var deadline: NIODeadline
  var supervisionSlot = -1

  package init(socket: WebSocket, connections: SupervisedConnections, keepAlive: WebSocketKeepAlive) {
    self.socket = socket
    self.connections = connections
    self.keepAlive = keepAlive
    deadline = .now() + keepAlive.interval
  }

  /// Adds the handlers of a WebSocket at the end of the pipeline.
  package func install(in channel: any Channel, maximumMessageSize: Int) throws {
    try channel.pipeline.syncOperations.addHandlers([
      WebSocketFrameEncoder(),
      ByteToMessageHandler(WebSocketFrameDecoder(maxFrameSize: maximumMessageSize)),
      WebSocketFrameRules(peerMasks: socket.role == .server),
      NIOWebSocketFrameAggregator(
        minNonFinalFragmentSize: 0, maxAccumulatedFrameCount: 4096, maxAccumulatedFrameSize: maximumMessageSize),
      self,
    ])
    connections.add(self)
  }

  package func channelInactive(context: ChannelHandlerContext) {
    end()
    context.fireChannelInactive()
  }

  package func handlerRemoved(context: ChannelHandlerContext) {
    end()
  }

  private func end() {
    guard !isClosed else { return }
    isClosed = true
    connections.remove(self)
    delegate?.webSocketClosed(socket)
  }

  package func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    let frame = unwrapInboundIn(data)
    guard !isClosing else { return }
    switch frame.opcode {
    case .text where delegate?.messages != .binary, .binary where delegate?.messages == .binary:
      delegate?.webSocket(socket, received: Array(buffer: frame.unmaskedData))
    case .ping:
      pong(frame.unmaskedData)
      delegate?.webSocketSawPeer(socket)
    case .pong: pongArrived()
    case .connectionClose: close(.normalClosure)
    default: close(.unacceptableData)
    }
  }

  /// Only the last ping needs an answer (RFC 6455 §5.5.3), and none that a peer which does not read could pile up.
  private func pong(_ payload: ByteBuffer) {
    guard socket.channel.isWritable else {
      owedPong = payload
      return
    }
    owedPong = nil
    socket.write(.pong, payload)
  }

  package func channelWritabilityChanged(context: ChannelHandlerContext) {
    if context.channel.isWritable, let owedPong { pong(owedPong) }
    if context.channel.isWritable { delegate?.webSocketBecameWritable(socket) }
    context.fireChannelWritabilityChanged()
  }

  package func errorCaught(context: ChannelHandlerContext, error: any Error) {
    switch error {
    case NIOWebSocketError.invalidFrameLength, NIOWebSocketFrameAggregator.Error.accumulatedFrameSizeIsTooLarge,
      NIOWebSocketFrameAggregator.Error.tooManyFragments:
      close(.messageTooLarge)
    case is NIOWebSocketError, is NIOWebSocketFrameAggregator.Error, is WebSocketFrameRules.Violation:
      close(.protocolError)
    default:
      context.close(promise: nil)
    }
  }

  private func close(_ code: WebSocketErrorCode) {
    guard !isClosing else { return }
    isClosing = true
    deadline = .now() + keepAlive.timeout
    socket.close(code: code)
  }

  private func pongArrived() {
    awaitsPong = false
    deadline = .now() + keepAlive.interval
    delegate?.webSocketSawPeer(socket)
  }

  func deadlinePassed(at now: NIODeadline) {
    if awaitsPong || isClosing {
      closeNow()
    } else {
      awaitsPong = true
      deadline = now + keepAlive.timeout
      socket.write(.ping, ByteBuffer())
    }
  }

  func closeWhenIdle() {
    if delegate?.webSocketShouldDrain(socket) == true { return }
    close(.goingAway)
  }

  func closeNow() {
    socket.channel.close(promise: nil)
  }
}

/// Lets only frames pass that RFC 6455 §5 allows on a connection without extensions, and none out after a closing one.
final class WebSocketFrameRules: ChannelInboundHandler, ChannelOutboundHandler {
  typealias InboundIn = WebSocketFrame
  typealias InboundOut = WebSocketFrame
  typealias OutboundIn = WebSocketFrame
  typealias OutboundOut = WebSocketFrame

  struct Violation: Error {}

  /// A client masks every frame, a server none.
  private let peerMasks: Bool
  private var saidGoodbye = false

  init(peerMasks: Bool) {
    self.peerMasks = peerMasks
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    let frame = unwrapInboundIn(data)
    let isKnown = WebSocketFrameRules.opcodes.contains(frame.opcode)
    guard isKnown, (frame.maskKey != nil) == peerMasks, !frame.rsv1, !frame.rsv2, !frame.rsv3 else {
      context.fireErrorCaught(Violation())
      return
    }
    context.fireChannelRead(data)
  }

  func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
    guard !saidGoodbye else {
      promise?.fail(ChannelError.outputClosed)
      return
    }
    saidGoodbye = unwrapOutboundIn(data).opcode == .connectionClose
    context.write(data, promise: promise)
  }

  private static let opcodes: [WebSocketOpcode] = [.continuation, .text, .binary, .connectionClose, .ping, .pong]
}
