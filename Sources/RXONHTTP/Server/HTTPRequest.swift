public import NIOHTTP1
public import RXON

/// A complete request as an ``HTTPServer`` hands it to its responder.
public struct HTTPRequest: Sendable {
  public var method: HTTPMethod
  /// The part of the target before `?`, as it was sent (percent-encoded).
  public var path: Substring
  /// The part of the target after the first `?`, as it was sent; empty when there is none.
  public var query: Substring
  public var headers: HTTPHeaders
  public var body: [UInt8]
  /// The peer's address without port; empty where the socket has none.
  public var remoteAddress: String
  /// The verified certificate that the client showed on this connection.
  public var certificate: ClientCertificate?

  public init(
    method: HTTPMethod, path: Substring, query: Substring = "", headers: HTTPHeaders = [:], body: [UInt8] = [],
    remoteAddress: String = "", certificate: ClientCertificate? = nil
  ) {
    self.method = method
    self.path = path
    self.query = query
    self.headers = headers
    self.body = body
    self.remoteAddress = remoteAddress
    self.certificate = certificate
  }

  /// The client asks for a WebSocket in place of an answer (RFC 6455 §4.1).
  public var isWebSocketUpgrade: Bool {
    method == .GET
      && headers.first(name: "upgrade")?.lowercased() == "websocket"
      && headers[canonicalForm: "connection"].contains { $0.lowercased() == "upgrade" }
  }
}
