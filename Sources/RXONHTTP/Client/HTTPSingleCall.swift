import NIOCore
import NIOHTTP1
import NIOPosix
public import RXON
public import RXONTLS

/// One request over a connection of its own, for what is asked once.
public struct HTTPSingleCall: Sendable {
  public var endpoint: Endpoint
  /// Needed where the endpoint's scheme is `https`.
  public var tls: TLSClientContext?
  /// For connecting, and again for the answer. Default 15 s.
  public var timeout = Duration.seconds(15)
  /// Bytes of an answer. Default 64 KiB.
  public var answerSize = 64 << 10

  public struct Answer: Sendable {
    public var status: Int
    public var body: [UInt8]
  }

  public init(endpoint: Endpoint, tls: TLSClientContext? = nil) {
    self.endpoint = endpoint
    self.tls = tls
  }

  /// Posts JSON.
  /// - Parameter path: goes after the endpoint's own.
  /// - Throws: when there is no answer; any status is an answer.
  public func post(_ path: String, _ body: [UInt8]) async throws(TransportError) -> Answer {
    guard !endpoint.isSecure || tls != nil else {
      throw TransportError(.unsendable, "'\(endpoint)' asks for TLS, and there is no context for it")
    }
    var options = HTTPTransportOptions()
    options.connections = 1
    options.answerSize = answerSize
    let pool = HTTPConnectionPool(
      dialler: Dialler(
        endpoint: endpoint, tls: endpoint.isSecure ? tls.map(TLSClientContexts.init) : nil,
        timeout: TimeAmount(timeout)),
      eventLoop: MultiThreadedEventLoopGroup.singleton.any(), options: options)
    let call = HTTPClientCall(
      request: request(path, body), timeout: TimeAmount(timeout + timeout), isPoll: false, isRepeatable: false)
    let outcome = await pool.answer(to: call)
    try? await pool.close().get()
    let response = try outcome.get()
    return Answer(status: response.status, body: response.body)
  }

  private func request(_ path: String, _ body: [UInt8]) -> HTTPClientRequest {
    let headers = [
      ("Host", endpoint.authority), ("Content-Type", "application/json"), ("Content-Length", String(body.count)),
      (RXONProtocol.Header.version, RXONProtocol.version), (RXONProtocol.Header.holon, "1"),
    ]
    return HTTPClientRequest(
      method: .POST, target: endpoint.path + path, headers: HTTPHeaders(headers), body: body)
  }
}
