import Synchronization

/// A transport without a wire: it calls the handler of an ``InProcessListener`` directly.
public final class InProcessTransport: Transport {
  /// Makes the signature of an unsigned message, leaving out the named members.
  public typealias MessageSigner =
    @Sendable (_ message: RawJSON, _ ignoring: [String]) throws(TransportError) -> String

  struct State {
    var isClosed = false
    var isRegistered = false
    var accessToken: String?
    var refreshToken: String?
    var calls: [ObjectIdentifier: PendingCall] = [:]
    var channel: InProcessCommandChannel?
  }

  public let workerID: String
  let listener: InProcessListener
  let sign: MessageSigner?
  let state = Mutex(State())
  private let configuredToken: String?
  private let isHolon: Bool
  /// How long a call waits for its answer, beyond the wait that a poll asks for.
  private let patience: Duration = .seconds(5)

  init(listener: InProcessListener, workerID: String, token: String?, isHolon: Bool, sign: MessageSigner?) {
    self.listener = listener
    self.workerID = workerID
    self.configuredToken = token
    self.isHolon = isHolon
    self.sign = sign
  }

  public var parentFeatures: ParentFeatures {
    state.withLock { $0.isRegistered } ? listener.features : ParentFeatures()
  }

  public func parentTime() -> Int {
    listener.time()
  }

  public func connect() async throws(TransportError) {
    guard !state.withLock({ $0.isClosed }) else { throw Self.closed }
  }

  public func close() async {
    let (calls, channel) = state.withLock { state in
      state.isClosed = true
      defer { state.channel = nil }
      return (Array(state.calls.values), state.channel)
    }
    for call in calls { call.abandon(Self.closed) }
    channel?.close(Self.closed)
  }

  static let closed = TransportError(.closed, "the transport is closed")

  /// Who this transport says it is now.
  func credentials() -> Credentials {
    Credentials(
      token: state.withLock { $0.accessToken } ?? configuredToken, workerID: workerID, remoteAddress: "in-process",
      protocolVersion: RXONProtocol.version, isHolon: isHolon,
      features: isHolon ? listener.features.features : [])
  }

  /// Makes one call and waits for its answer.
  func call(
    _ action: ListenerAction, body: RawJSON? = nil, wait: Duration = .zero, as credentials: Credentials? = nil
  ) async throws(TransportError) -> ListenerAnswer {
    let pending = PendingCall()
    let isClosed = state.withLock { state in
      if !state.isClosed { state.calls[ObjectIdentifier(pending)] = pending }
      return state.isClosed
    }
    guard !isClosed else { throw Self.closed }
    let limit = wait + patience
    let expiry = Task {
      try await Task.sleep(for: limit)
      pending.abandon(TransportError(.timedOut, "no answer within \(limit)"))
    }
    listener.receive(action, credentials: credentials ?? self.credentials(), body: body, pending)
    let outcome = await pending.outcome()
    expiry.cancel()
    state.withLock { $0.calls[ObjectIdentifier(pending)] = nil }
    let answer = try outcome.get()
    if case .failure(let refusal) = answer { throw TransportError(refusal: refusal) }
    return answer
  }

  /// The error for an answer to another question.
  func violation(_ question: StaticString) -> TransportError {
    TransportError(.protocolViolation, "the parent's answer to \(question) is of another kind")
  }
}
