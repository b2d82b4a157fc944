import NIOCore
import RXON
import RXONDialling
import RXONLink
import RXONTLS

/// Opens links to a parent over WebSockets.
struct WebSocketLinkOpener: LinkOpener {
  let dialler: Dialler
  let endpoint: Endpoint
  let options: HTTPTransportOptions
  let connections: SupervisedConnections

  init(dialler: Dialler, endpoint: Endpoint, options: HTTPTransportOptions, connections: SupervisedConnections) {
    self.dialler = dialler
    self.endpoint = endpoint
    self.connections = connections
    var options = options
    options.pingInterval = WebSocketKeepAlive.ofLinks.interval
    options.pongTimeout = WebSocketKeepAlive.ofLinks.timeout
    options.commandSize = WebSocketLinkPipe.largestMessage
    self.options = options
  }

  var encryption: (any AnyObject & Sendable)? { dialler.tls?.current }

  func open(
    _ opening: LinkOpening, on eventLoop: any EventLoop,
    accept: @escaping @Sendable (any LinkPipe) -> (any LinkEnd)?
  ) -> EventLoopFuture<Void> {
    let opened = eventLoop.makePromise(of: WebSocket.self)
    let dialer = WebSocketDialer(
      dialler: dialler, target: endpoint.path + RXONProtocol.Path.link(workerID: opening.workerID),
      headers: [("Host", endpoint.authority)] + opening.headers, options: options, connections: connections)
    dialer.dial(opened) { socket in
      let pipe = WebSocketLinkPipe(socket)
      pipe.end = accept(pipe)
      return pipe.end == nil ? nil : pipe
    }
    return opened.futureResult.map { _ in }
  }
}
