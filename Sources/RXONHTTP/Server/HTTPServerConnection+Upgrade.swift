import NIOCore
import NIOHTTP1
import NIOWebSocket

extension HTTPServerConnection {
  /// Answers 101 and replaces the HTTP handlers of the pipeline by those of a WebSocket.
  func upgrade(
    _ request: HTTPRequest, answering exchange: HTTPExchange, keepAlive: WebSocketKeepAlive?,
    maximumMessageSize: Int?, accept: @escaping @Sendable (WebSocket) -> any WebSocketDelegate
  ) {
    guard let context, context.channel.isActive else { return }
    let head = HTTPRequestHead(
      version: .http1_1, method: request.method, uri: String(request.path), headers: request.headers)
    // Only computes and checks the handshake: the pipeline is changed below, in an order that loses no frame.
    let upgrader = NIOWebSocketServerUpgrader(
      shouldUpgrade: { channel, _ in channel.eventLoop.makeSucceededFuture([:]) },
      upgradePipelineHandler: { channel, _ in channel.eventLoop.makeSucceededVoidFuture() })
    upgrader.buildUpgradeResponse(channel: context.channel, upgradeRequest: head, initialResponseHeaders: [:])
      .assumeIsolated().whenComplete { result in
        switch result {
        case .success(let headers) where request.isWebSocketUpgrade:
          self.open(
            headers: headers, keepAlive: keepAlive ?? self.usualKeepAlive,
            maximumMessageSize: maximumMessageSize ?? self.loop.limits.webSocketMessageSize, accept: accept)
        case .success, .failure:
          self.write(.error(.badRequest, "the WebSocket handshake is malformed"), answering: exchange, written: nil)
        }
      }
  }

  private var usualKeepAlive: WebSocketKeepAlive {
    WebSocketKeepAlive(interval: loop.limits.pingInterval, timeout: loop.limits.pongTimeout)
  }

  private func open(
    headers: HTTPHeaders, keepAlive: WebSocketKeepAlive, maximumMessageSize: Int,
    accept: @Sendable (WebSocket) -> any WebSocketDelegate
  ) {
    guard let context else { return }
    let pipeline = context.pipeline.syncOperations
    let response = HTTPResponse(
      status: .switchingProtocols, headers: headers.map { (name: $0.name, value: $0.value) })
    let buffer = loop.serialize(response, persistence: .keepAlive, isHead: true, allocator: context.channel.allocator)
    context.writeAndFlush(wrapOutboundOut(buffer), promise: nil)
    handOver()
    let socket = WebSocket(channel: context.channel, role: .server)
    let handler = WebSocketHandler(socket: socket, connections: loop.connections, keepAlive: keepAlive)
    do {
      try handler.install(in: context.channel, maximumMessageSize: maximumMessageSize)
    } catch {
      context.close(promise: nil)
      return
    }
    let channel = context.channel
    pipeline.removeHandler(self, promise: nil)
    pipeline.removeHandler(decoding).assumeIsolated().whenFailure { _ in channel.close(promise: nil) }
    handler.delegate = accept(socket)
  }
}
