import NIOCore
public import NIOHTTP1
import NIOPosix
public import RXON
import RXONDialling
public import RXONTLS

/// One request over a connection of its own, for what is asked once.
public struct HTTPSingleCall: Sendable {
  public var endpoint: Endpoint
  /// Needed where the endpoint's scheme is `https`.
  public var tls: TLSClientContext?
  public var route: DialRoute
  /// For connecting, and again for the answer. Default 15 s, to an onion service 90 s.
  public var timeout: Duration
  /// Bytes of an answer. Default 64 KiB.
  public var answerSize = 64 << 10

  public struct Answer: Sendable {
    public var status: Int
    public var headers: HTTPHeaders
    public var body: [UInt8]
  }

  public init(endpoint: Endpoint, tls: TLSClientContext? = nil, route: DialRoute = DialRoute()) {
    self.endpoint = endpoint
    self.tls = tls
    self.route = route
    timeout = .seconds(endpoint.isOnion ? 90 : 15)
  }

  /// Posts JSON.
  /// - Parameter path: goes after the endpoint's own.
  /// - Throws: when there is no answer; any status is an answer.
  public func post(_ path: String, _ body: [UInt8]) async throws(TransportError) -> Answer {
    try await send(
      .POST, path,
      headers: [
        ("Content-Type", "application/json"), (RXONProtocol.Header.version, RXONProtocol.version),
        (RXONProtocol.Header.holon, "1"),
      ], body)
  }

  /// - Parameters:
  ///   - path: goes after the endpoint's own.
  ///   - headers: besides `Host` and `Content-Length`.
  /// - Throws: when there is no answer; any status is an answer.
  public func send(
    _ method: HTTPMethod, _ path: String, headers: [(String, String)] = [], _ body: [UInt8] = []
  ) async throws(TransportError) -> Answer {
    var options = HTTPTransportOptions()
    options.connections = 1
    options.compression = nil
    options.answerSize = answerSize
    let pool = HTTPConnectionPool(
      dialler: try dialler, eventLoop: MultiThreadedEventLoopGroup.singleton.any(), options: options)
    var head = [("Host", endpoint.authority)] + headers
    if method != .GET { head.append(("Content-Length", String(body.count))) }
    let request = HTTPClientRequest(
      method: method, target: endpoint.path + path, headers: HTTPHeaders(head), body: body)
    let call = HTTPClientCall(
      request: request, timeout: TimeAmount(timeout + timeout), isPoll: false, isRepeatable: false)
    let outcome = await pool.answer(to: call)
    try? await pool.close().get()
    let response = try outcome.get()
    return Answer(status: response.status, headers: response.headers, body: response.body)
  }

  /// Connects and asks nothing.
  /// - Returns: what the TLS handshake came to; nil where the scheme asks for none.
  public func connect() async throws(TransportError) -> TLSSession? {
    let dialler = try dialler
    do {
      let channel = try await dialler.dial(on: MultiThreadedEventLoopGroup.singleton.any()).get()
      let session = try? await channel.eventLoop.submit { Self.session(of: channel) }.get()
      try? await channel.close().get()
      return session ?? nil
    } catch {
      throw error as? TransportError ?? TransportError(dialling: endpoint, by: route, error)
    }
  }

  private static func session(of channel: any Channel) -> TLSSession? {
    try? channel.pipeline.syncOperations.handler(type: TLSHandler.self).session
  }

  private var dialler: Dialler {
    get throws(TransportError) {
      guard !endpoint.isSecure || tls != nil else {
        throw TransportError(.unsendable, "'\(endpoint)' asks for TLS, and there is no context for it")
      }
      return Dialler(
        endpoint: endpoint, route: route, tls: endpoint.isSecure ? tls.map(TLSClientContexts.init) : nil,
        timeout: TimeAmount(timeout))
    }
  }
}
