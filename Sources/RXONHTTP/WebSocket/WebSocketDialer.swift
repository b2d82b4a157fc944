import NIOCore
import NIOHTTP1
import NIOWebSocket
import RXON
import RXONDialling
import RXONTLS
import RXONWire

/// Opens WebSockets as a client (RFC 6455 §4.1).
struct WebSocketDialer: Sendable {
  let dialler: Dialler
  let target: String
  let headers: [(String, String)]
  let options: HTTPTransportOptions
  let connections: SupervisedConnections

  /// - Parameters:
  ///   - opened: told what came of it; its event loop is the one to dial on.
  ///   - accept: called on the event loop when the WebSocket is open; nil closes it again.
  func dial(
    _ opened: EventLoopPromise<WebSocket>, accept: @escaping @Sendable (WebSocket) -> (any WebSocketDelegate)?
  ) {
    dialler.dial(on: opened.futureResult.eventLoop).whenComplete { result in
      do {
        let channel = try result.get()
        let handshake = WebSocketHandshake(dialer: self, opened: opened, accept: accept)
        try channel.pipeline.syncOperations.addHandlers(
          handshake.encoder, ByteToMessageHandler(HTTPResponseDecoder(leftOverBytesStrategy: .forwardBytes)), handshake)
        handshake.begin()
      } catch {
        opened.fail(error)
      }
    }
  }
}

/// The client's side of the opening handshake. Gives way to the handlers of the WebSocket. Confined to its event loop.
final class WebSocketHandshake: ChannelInboundHandler, RemovableChannelHandler {
  typealias InboundIn = HTTPClientResponsePart
  typealias OutboundOut = HTTPClientRequestPart

  private static let refusalSize = 64 << 10

  let encoder: HTTPRequestEncoder
  private let dialer: WebSocketDialer
  private let upgrader: NIOWebSocketClientUpgrader
  private let opened: EventLoopPromise<WebSocket>
  private let accept: @Sendable (WebSocket) -> (any WebSocketDelegate)?
  private var context: ChannelHandlerContext?
  private var head: HTTPResponseHead?
  private var body: [UInt8] = []
  private var isOver = false
  private var timer: Scheduled<Void>?

  init(
    dialer: WebSocketDialer, opened: EventLoopPromise<WebSocket>,
    accept: @escaping @Sendable (WebSocket) -> (any WebSocketDelegate)?
  ) {
    self.dialer = dialer
    self.opened = opened
    self.accept = accept
    var encoding = HTTPRequestEncoder.Configuration()
    encoding.automaticallySetFramingHeaders = false
    encoder = HTTPRequestEncoder(configuration: encoding)
    // Only makes the key and checks the answer to it.
    upgrader = NIOWebSocketClientUpgrader(
      requestKey: NIOWebSocketClientUpgrader.randomRequestKey(),
      upgradePipelineHandler: { channel, _ in channel.eventLoop.makeSucceededVoidFuture() })
  }

  func handlerAdded(context: ChannelHandlerContext) {
    self.context = context
  }

  func handlerRemoved(context: ChannelHandlerContext) {
    self.context = nil
  }

  /// Asks for the upgrade; to be called once the handler is in its pipeline.
  func begin() {
    guard let context else { return }
    var headers = HTTPHeaders(dialer.headers + [("Connection", "Upgrade"), ("Upgrade", "websocket")])
    upgrader.addCustom(upgradeRequestHeaders: &headers)
    let head = HTTPRequestHead(version: .http1_1, method: .GET, uri: dialer.target, headers: headers)
    context.write(wrapOutboundOut(.head(head)), promise: nil)
    context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
    let channel = context.channel
    timer = context.eventLoop.assumeIsolated().scheduleTask(in: dialer.options.callTimeout) {
      self.fail(TransportError(.timedOut, "the command channel was not opened in time"), channel)
    }
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    switch unwrapInboundIn(data) {
    case .head(let head): self.head = head
    case .body(let part):
      part.withUnsafeReadableBytes { body.append(contentsOf: $0.prefix(Self.refusalSize - body.count)) }
    case .end: finish(context: context)
    }
  }

  func channelInactive(context: ChannelHandlerContext) {
    fail(TransportError(.interrupted, "the connection was lost before the answer"), context.channel)
    context.fireChannelInactive()
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    let reason =
      (error as? TLSError).map { TransportError(.unreachable, $0.message) }
      ?? TransportError(.protocolViolation, "the answer is not HTTP/1.1")
    fail(reason, context.channel)
  }

  private func fail(_ error: TransportError, _ channel: any Channel) {
    guard !isOver else { return }
    isOver = true
    timer?.cancel()
    opened.fail(error)
    channel.close(promise: nil)
  }

  private func finish(context: ChannelHandlerContext) {
    guard !isOver, let head else { return }
    guard head.status == .switchingProtocols else {
      let response = HTTPClientResponse(status: Int(head.status.code), headers: head.headers, body: body)
      fail(TransportError(refusal: response), context.channel)
      return
    }
    guard upgrader.shouldAllowUpgrade(upgradeResponse: head),
      head.headers.first(name: "upgrade")?.lowercased() == "websocket",
      head.headers[canonicalForm: "connection"].contains(where: { $0.lowercased() == "upgrade" })
    else {
      fail(TransportError(.protocolViolation, "the WebSocket handshake is malformed", status: 101), context.channel)
      return
    }
    open(context: context)
  }

  private func open(context: ChannelHandlerContext) {
    isOver = true
    timer?.cancel()
    let channel = context.channel
    let pipeline = channel.pipeline.syncOperations
    let socket = WebSocket(channel: channel, role: .client)
    let handler = WebSocketHandler(
      socket: socket, connections: dialer.connections,
      keepAlive: WebSocketKeepAlive(interval: dialer.options.pingInterval, timeout: dialer.options.pongTimeout))
    do {
      let decoder = try pipeline.handler(type: ByteToMessageHandler<HTTPResponseDecoder>.self)
      let writes = HeldWrites()
      try pipeline.addHandler(writes)
      try handler.install(in: channel, maximumMessageSize: dialer.options.commandSize)
      pipeline.removeHandler(encoder, promise: nil)
      pipeline.removeHandler(self, promise: nil)
      pipeline.removeHandler(decoder).assumeIsolated()
        .flatMap { channel.pipeline.syncOperations.removeHandler(writes) }
        .whenFailure { _ in channel.close(promise: nil) }
    } catch {
      opened.fail(TransportError(.interrupted, "the connection was lost"))
      channel.close(promise: nil)
      return
    }
    if let delegate = accept(socket) {
      handler.delegate = delegate
      opened.succeed(socket)
    } else {
      opened.fail(TransportError.transportClosed)
      channel.close(promise: nil)
    }
  }
}
