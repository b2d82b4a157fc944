import NIOCore
import RXON
import RXONLink

extension ListenerResponder {
  func openLink(_ request: HTTPRequest, _ exchange: HTTPExchange, credentials: Credentials) {
    let workerID = credentials.workerID ?? ""
    admit(request, exchange, credentials: credentials, workerID: workerID) { [handler, links, malformedEvent] in
      exchange.upgrade(
        request, keepAlive: .ofLinks, maximumMessageSize: WebSocketLinkPipe.largestMessage
      ) { socket in
        let pipe = WebSocketLinkPipe(socket)
        let session = LinkServerSession(
          pipe: pipe, credentials: credentials, handler: handler, limits: links.limits, sessions: links.sessions,
          compression: links.compression(with: credentials), malformedEvent: malformedEvent)
        pipe.end = session
        session.start()
        return pipe
      }
    }
  }
}
