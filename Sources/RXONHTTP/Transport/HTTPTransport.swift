public import NIOCore
import NIOHTTP1
import NIOPosix
public import RXON
import RXONSignatures
import RXONTLS
import Synchronization

/// A worker's link to its parent over HTTP/1.1, with the WebSocket for commands (protocol §1).
///
/// Everything runs on one event loop. The methods may be called from anywhere; called from an actor on that loop they
/// change no thread.
public final class HTTPTransport: Transport {
  public let workerID: String
  let endpoint: Endpoint
  let options: HTTPTransportOptions
  let pool: HTTPConnectionPool
  let signer: MessageSigner
  let clock = ParentClock()
  let tokens: AccessTokens
  let commands = CommandSubscriptions()
  private let decoder: ReplyDecoder
  private let isParentHolon = Atomic<Bool>(false)

  /// - Parameters:
  ///   - url: `http://host[:port][/prefix]`, or `https` for an encrypted connection; `ws` means `http`, `wss` means `https`.
  ///   - workerID: the identity under which the transport speaks.
  ///   - token: authenticates and signs, until the parent issues an access token; then it signs only, and that only where
  ///     the parent is no Holon.
  ///   - group: one of its event loops is used.
  /// - Throws: ``TransportError`` of kind `unsendable` when one of these cannot be used.
  public convenience init(
    url: String, workerID: String, token: String, group: any EventLoopGroup = MultiThreadedEventLoopGroup.singleton,
    options: HTTPTransportOptions = HTTPTransportOptions()
  ) throws(TransportError) {
    let endpoint: Endpoint
    do throws(EndpointError) {
      endpoint = try Endpoint(url)
    } catch {
      throw TransportError(.unsendable, error.description)
    }
    try self.init(endpoint: endpoint, workerID: workerID, token: token, group: group, options: options)
  }

  /// As ``init(url:workerID:token:group:options:)``.
  public init(
    endpoint: Endpoint, workerID: String, token: String,
    group: any EventLoopGroup = MultiThreadedEventLoopGroup.singleton,
    options: HTTPTransportOptions = HTTPTransportOptions()
  ) throws(TransportError) {
    try Self.checkScheme(of: endpoint)
    guard Identifier.isStrictlyValid(workerID) else {
      throw TransportError(.unsendable, "'\(workerID)' is not a valid worker id")
    }
    guard AccessTokens.isSendable(token) else {
      throw TransportError(.unsendable, "the token must not hold spaces and control characters")
    }
    self.endpoint = endpoint
    self.workerID = workerID
    self.options = options
    tokens = AccessTokens(configured: token)
    signer = MessageSigner(workerID: workerID, clock: clock)
    decoder = ReplyDecoder(answerSize: options.answerSize)
    pool = HTTPConnectionPool(
      dialler: Dialler(
        endpoint: endpoint, tls: try Self.contexts(for: endpoint, options), timeout: options.connectTimeout),
      eventLoop: group.any(), options: options)
  }

  private static func checkScheme(of endpoint: Endpoint) throws(TransportError) {
    switch endpoint.scheme {
    case "http", "ws", "https", "wss": break
    default:
      throw TransportError(
        .unsendable, "'\(endpoint)' has the scheme of another transport: use http, https, ws or wss")
    }
  }

  /// Those of the options, else such as trust what the system trusts.
  private static func contexts(
    for endpoint: Endpoint, _ options: HTTPTransportOptions
  ) throws(TransportError) -> TLSClientContexts? {
    guard endpoint.isSecure else { return nil }
    if let tls = options.tls { return tls }
    do throws(TLSConfigurationError) {
      return TLSClientContexts(try TLSClientContext(TLSClientOptions()))
    } catch {
      throw TransportError(.unsendable, error.message)
    }
  }

  public var parentFeatures: ParentFeatures {
    ParentFeatures(isHolon: isParentHolon.load(ordering: .relaxed))
  }

  public func parentTime() -> Int {
    clock.now()
  }

  /// Does nothing: the first call dials.
  public func connect() async throws(TransportError) {}

  public func close() async {
    commands.close()
    try? await pool.close().get()
  }

  // MARK: - Calls

  public func register(
    _ registration: WorkerRegistration
  ) async throws(TransportError) -> RegistrationReply {
    let token = tokens.current
    let response = try await call(
      .POST, RXONProtocol.Path.register, body: signer.encode(registration, with: secret(for: token)), token: token,
      timeout: options.presenceTimeout)
    let reply = try decoder.registration(response.body)
    isParentHolon.store(response.headers.first(name: RXONProtocol.Header.holon) == "1", ordering: .relaxed)
    if let token = reply.token {
      try tokens.adopt(token)
    }
    return reply
  }

  public func pollTask(
    wait: Duration, availableSkills: [String]?, hotSkills: [String]?
  ) async throws(TransportError) -> PolledTask? {
    let query = PollTarget.query(wait: wait, availableSkills: availableSkills, hotSkills: hotSkills)
    let response = try await call(
      .GET, RXONProtocol.Path.nextTask(workerID: workerID) + query, timeout: TimeAmount(wait) + options.pollGrace,
      isPoll: true)
    return response.status == 204 ? nil : try decoder.task(response.body)
  }

  public func sendResult(
    _ result: TaskResult
  ) async throws(TransportError) -> ResultReply {
    let token = tokens.current
    let response = try await call(
      .POST, RXONProtocol.Path.result, body: signer.encode(result, with: secret(for: token)), token: token)
    return try decoder.result(response.body)
  }

  public func sendHeartbeat(
    _ heartbeat: Heartbeat?
  ) async throws(TransportError) -> HeartbeatReply {
    let path = RXONProtocol.Path.heartbeat(workerID: workerID)
    guard let heartbeat else {
      return try decoder.heartbeat(
        await call(.PATCH, path, timeout: options.presenceTimeout, isRepeatable: true).body)
    }
    let token = tokens.current
    let response = try await call(
      .PATCH, path, body: signer.encode(heartbeat, with: secret(for: token)), token: token,
      timeout: options.presenceTimeout)
    return try decoder.heartbeat(response.body)
  }

  public func emitEvent(_ event: WorkerEventPayload) async throws(TransportError) {
    let token = tokens.current
    _ = try await call(
      .POST, RXONProtocol.Path.events, body: signer.encode(event, with: secret(for: token)), token: token)
  }

  // MARK: - Tokens

  @discardableResult
  public func refreshToken() async throws(TransportError) -> TokenResponse {
    if let refreshToken = tokens.refreshToken, let token = try await refresh(with: refreshToken) {
      return token
    }
    let response = try await call(
      .POST, RXONProtocol.Path.token, token: tokens.configured, isRepeatable: true)
    return try adopt(response)
  }

  /// - Returns: nil when the parent does not take the refresh token any more.
  private func refresh(
    with refreshToken: String
  ) async throws(TransportError) -> TokenResponse? {
    var writer = JSONWriter(capacity: 128)
    writer.beginObject()
    writer.member("refresh_token", refreshToken)
    writer.endObject()
    do throws(TransportError) {
      return try adopt(await call(.POST, RXONProtocol.Path.refreshToken, body: writer.bytes))
    } catch {
      switch error.kind {
      case .unauthorized, .forbidden, .notFound, .rejected, .duplicate:
        tokens.forget()
        return nil
      default: throw error
      }
    }
  }

  private func adopt(_ response: HTTPClientResponse) throws(TransportError) -> TokenResponse {
    let token = try decoder.token(response.body)
    try tokens.adopt(token)
    return token
  }

  public var holdsRefreshToken: Bool { tokens.refreshToken != nil }

  public func forgetTokens() {
    tokens.forget()
  }

  /// What a call that presents `token` signs with. A plain parent knows the configured token alone. A Holon checks with
  /// the token that is presented too, and may know the configured one by its digest only (protocol §7).
  func secret(for token: PresentedToken) -> HMACSecret {
    parentFeatures.isHolon ? token.secret : tokens.configured.secret
  }

  // MARK: - Sending

  /// - Parameter token: nil is the token at hand.
  private func call(
    _ method: HTTPMethod, _ path: String, body: [UInt8] = [], token: PresentedToken? = nil, timeout: TimeAmount? = nil,
    isPoll: Bool = false, isRepeatable: Bool = false
  ) async throws(TransportError) -> HTTPClientResponse {
    let call = HTTPClientCall(
      request: request(method, path, body: body, token: (token ?? tokens.current).text),
      timeout: timeout ?? options.callTimeout, isPoll: isPoll, isRepeatable: isRepeatable)
    let response = try await pool.answer(to: call).get()
    if let date = response.headers.first(name: "date") {
      clock.observe(date)
    }
    guard (200..<300).contains(response.status) else { throw TransportError(refusal: response) }
    return response
  }

  private func request(_ method: HTTPMethod, _ path: String, body: [UInt8], token: String) -> HTTPClientRequest {
    var headers = identification(token: token)
    if !body.isEmpty {
      headers.append(("Content-Type", "application/json"))
    }
    if method != .GET {
      headers.append(("Content-Length", String(body.count)))
    }
    return HTTPClientRequest(
      method: method, target: endpoint.path + path, headers: HTTPHeaders(headers), body: body)
  }

  func identification(token: String) -> [(String, String)] {
    [
      ("Host", endpoint.authority),
      (RXONProtocol.Header.workerToken, token),
      (RXONProtocol.Header.workerID, workerID),
      (RXONProtocol.Header.version, RXONProtocol.version),
      (RXONProtocol.Header.holon, "1"),
    ]
  }
}

/// The query of a poll.
enum PollTarget {
  static func query(wait: Duration, availableSkills: [String]?, hotSkills: [String]?) -> String {
    var query = "?timeout=\(wait / .seconds(1))"
    for (name, skills) in [("available_skills", availableSkills), ("hot_skills", hotSkills)] {
      guard let skills else { continue }
      query += "&\(name)=" + skills.map(PercentEncoding.encode).joined(separator: ",")
    }
    return query
  }
}
