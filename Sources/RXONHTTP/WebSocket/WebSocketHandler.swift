import NIOCore
import NIOWebSocket

/// How often a WebSocket pings, and how long a pong may take.
struct WebSocketKeepAlive {
  var interval: TimeAmount
  var timeout: TimeAmount
}

/// Speaks one side of an open WebSocket: answers pings, sends its own, refuses what RFC 6455 forbids, and hands whole
/// text messages to its delegate. Confined to its event loop.
final class WebSocketHandler: ChannelInboundHandler, SupervisedConnection {
  typealias InboundIn = WebSocketFrame

  private let socket: WebSocket
  private let connections: SupervisedConnections
  private let keepAlive: WebSocketKeepAlive
  /// Set when the socket is open, before anything arrives on it.
  var delegate: (any WebSocketDelegate)?
  private var awaitsPong = false
  private var isClosing = false
  private var isClosed = false

  private(set) var deadline: NIODeadline
  var supervisionSlot = -1

  init(socket: WebSocket, connections: SupervisedConnections, keepAlive: WebSocketKeepAlive) {
    self.socket = socket
    self.connections = connections
    self.keepAlive = keepAlive
    deadline = .now() + keepAlive.interval
  }

  /// Adds the handlers of a WebSocket at the end of the pipeline.
  func install(in channel: any Channel, maximumMessageSize: Int) throws {
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

  func channelInactive(context: ChannelHandlerContext) {
    end()
    context.fireChannelInactive()
  }

  func handlerRemoved(context: ChannelHandlerContext) {
    end()
  }

  private func end() {
    guard !isClosed else { return }
    isClosed = true
    connections.remove(self)
    delegate?.webSocketClosed(socket)
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    let frame = unwrapInboundIn(data)
    guard !isClosing else { return }
    switch frame.opcode {
    case .text: delegate?.webSocket(socket, received: Array(buffer: frame.unmaskedData))
    case .ping: socket.write(.pong, frame.unmaskedData)
    case .pong: pongArrived()
    case .connectionClose: close(.normalClosure)
    default: close(.unacceptableData)
    }
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
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
    close(.goingAway)
  }

  func closeNow() {
    socket.channel.close(promise: nil)
  }
}

/// Lets only frames pass that RFC 6455 §5 allows on a connection without extensions.
final class WebSocketFrameRules: ChannelInboundHandler {
  typealias InboundIn = WebSocketFrame
  typealias InboundOut = WebSocketFrame

  struct Violation: Error {}

  /// A client masks every frame, a server none.
  private let peerMasks: Bool

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

  private static let opcodes: [WebSocketOpcode] = [.continuation, .text, .binary, .connectionClose, .ping, .pong]
}
