/// Takes children in: what an upper node offers to the nodes below it.
///
/// Lifecycle: `start(handler:)` once, `stop()` once. `stop()` accepts no more connections, lets calls that are being
/// answered end, and closes the rest after `grace`.
public protocol Listener: Sendable {
  /// Binds and begins to accept. Returns the URL under which the listener is reachable, with the actual port.
  func start(handler: any ListenerHandler) async throws -> String
  func stop(grace: Duration) async
}

/// Receives what children ask. Called on the listener's own threads; must not block.
public protocol ListenerHandler: Sendable {
  /// Each call must be answered exactly once, now or later, by `call.answer`.
  func receive(_ call: ListenerCall)

  /// Decides, before the upgrade, whether a child may open its command channel. `nil` admits it.
  func admitCommandChannel(_ credentials: Credentials, completion: @escaping @Sendable (CallFailure?) -> Void)

  func commandChannelOpened(_ channel: any CommandChannel)
  func commandChannelClosed(_ channel: any CommandChannel)
  /// An event that a child sent over its command channel; not answered.
  func receiveUnanswered(_ event: WorkerEventPayload, body: RawJSON, from channel: any CommandChannel)
}

/// What a child asks.
public enum ListenerAction: Sendable {
  case register(WorkerRegistration)
  case poll(TaskPoll)
  case result(TaskResult)
  /// `nil` is the empty keep-alive.
  case heartbeat(workerID: String, Heartbeat?)
  case event(WorkerEventPayload)
  case issueToken
  case refreshToken(refreshToken: String)
  /// The caller has these tasks safely; answered with ``ListenerAnswer/eventAccepted``.
  case receipts([TaskReceipt])
}

/// A child asks for a task.
public struct TaskPoll: Sendable, Hashable {
  public var workerID: String
  public var wait: Duration
  public var availableSkills: [String]?
  public var hotSkills: [String]?
  /// The child's name for this poll; see ``HolonFeatures/lease``.
  public var lease: String?

  public init(
    workerID: String, wait: Duration, availableSkills: [String]? = nil, hotSkills: [String]? = nil,
    lease: String? = nil
  ) {
    self.workerID = workerID
    self.wait = wait
    self.availableSkills = availableSkills
    self.hotSkills = hotSkills
    self.lease = lease
  }
}

/// Who a caller says it is.
public struct Credentials: Sendable, Hashable {
  /// `X-Worker-Token`.
  public var token: String?
  /// The worker id of the path, else `X-Worker-ID`.
  public var workerID: String?
  /// The client certificate, where one was presented and verified.
  public var certificate: ClientCertificate?
  /// Without port.
  public var remoteAddress: String
  /// `X-RXON-Version`.
  public var protocolVersion: String?
  /// The caller is a Holon (`X-Holon: 1`).
  public var isHolon: Bool
  /// What the caller has beyond plain RXON, of what this side has too.
  public var features: HolonFeatures

  public init(
    token: String?, workerID: String?, certificate: ClientCertificate? = nil, remoteAddress: String,
    protocolVersion: String? = nil, isHolon: Bool = false, features: HolonFeatures = []
  ) {
    self.token = token
    self.workerID = workerID
    self.certificate = certificate
    self.remoteAddress = remoteAddress
    self.protocolVersion = protocolVersion
    self.isHolon = isHolon
    self.features = features
  }
}

/// What a listener answers.
public enum ListenerAnswer: Sendable {
  case registered(RegistrationReply)
  case task(RawJSON)
  case noTask
  case result(ResultReply)
  case heartbeat(HeartbeatReply)
  case eventAccepted
  case token(TokenResponse)
  case failure(CallFailure)
}

/// A refusal, as the caller sees it.
public struct CallFailure: Error, Sendable, Hashable {
  /// An HTTP status; other wires map it.
  public var status: Int
  public var message: String
  public var code: ErrorCode?
  public var retryAfter: Duration?

  public init(status: Int, _ message: String, code: ErrorCode? = nil, retryAfter: Duration? = nil) {
    self.status = status
    self.message = message
    self.code = code
    self.retryAfter = retryAfter
  }
}

extension CallFailure {
  /// One caller holds as many connections as it may.
  public static let tooManyConnections = CallFailure(
    status: 429, "Too many connections of this worker: close some first", code: .limitExceeded,
    retryAfter: .seconds(1))
}

/// An open command channel of a child (protocol §1, WebSocket).
public protocol CommandChannel: AnyObject, Sendable {
  var credentials: Credentials { get }
  /// The child's id. Never empty.
  var workerID: String { get }
  /// Sends a command; lost when the channel closes meanwhile.
  func send(_ command: WorkerCommand)
  func close()
}
