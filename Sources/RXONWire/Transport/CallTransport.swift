public import RXON

/// A transport whose calls are made by ``TransportCalls`` over some wire.
public protocol CallTransport: Transport {
  var calls: TransportCalls { get }
}

extension CallTransport {
  public var workerID: String { calls.workerID }
  public var parentFeatures: ParentFeatures { calls.parentFeatures }
  public func parentTime() -> Int { calls.clock.now() }

  /// Does nothing: the first call dials.
  public func connect() async throws(TransportError) {}

  public func close() async { await calls.close() }

  public func register(_ registration: WorkerRegistration) async throws(TransportError) -> RegistrationReply {
    try await calls.register(registration)
  }

  public func pollTask(
    wait: Duration, availableSkills: [String]?, hotSkills: [String]?, lease: String?
  ) async throws(TransportError) -> PolledTask? {
    try await calls.pollTask(
      PollTerms(wait: wait, availableSkills: availableSkills, hotSkills: hotSkills, lease: lease))
  }

  public func confirmReceipt(of tasks: [TaskReceipt]) { calls.confirmReceipt(of: tasks) }

  public func sendResult(_ result: TaskResult) async throws(TransportError) -> ResultReply {
    try await calls.sendResult(result)
  }

  public func sendHeartbeat(_ heartbeat: Heartbeat?) async throws(TransportError) -> HeartbeatReply {
    try await calls.sendHeartbeat(heartbeat)
  }

  public func emitEvent(_ event: WorkerEventPayload) async throws(TransportError) {
    try await calls.emitEvent(event)
  }

  public func emitEventUnanswered(_ event: WorkerEventPayload) async -> Bool {
    await calls.emitEventUnanswered(event)
  }

  public func listenForCommands() async throws(TransportError) -> AsyncThrowingStream<WorkerCommand, any Error> {
    try await calls.listenForCommands()
  }

  @discardableResult
  public func refreshToken() async throws(TransportError) -> TokenResponse {
    try await calls.refreshToken()
  }

  public var holdsRefreshToken: Bool { calls.tokens.refreshToken != nil }

  public func forgetTokens() { calls.tokens.forget() }
}
