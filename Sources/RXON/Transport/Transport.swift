/// A worker's link to its parent: what a lower node can ask of the node above it.
///
/// A transport signs what it sends: it puts identity, timestamp and signature on registrations, heartbeats, results and
/// events at each call (protocol §3). A message that already carries a `timestamp` keeps it, so a caller that sends the
/// same thing again passes a later one.
///
/// Lifecycle: `connect()` once, any number of concurrent calls, `close()` once. After `close()` every call and the
/// command stream fail with ``TransportError/closed``. Calls may run concurrently; cancelling the calling task abandons
/// the call. Calls begin on their caller's executor, so that an actor that shares its event loop with a transport pays
/// for no change of thread.
public protocol Transport: Sendable {
  /// The identity under which this transport speaks.
  var workerID: String { get }

  /// What the parent was found to understand beyond plain RXON; plain until a registration has been answered.
  var parentFeatures: ParentFeatures { get }

  /// The parent's clock in Unix seconds, estimated from the `Date` of its answers; the local clock before the first.
  func parentTime() -> Int

  /// Prepares the transport. Dialling may be put off until the first call.
  nonisolated(nonsending) func connect() async throws(TransportError)

  /// Ends all calls and connections. Idempotent.
  nonisolated(nonsending) func close() async

  nonisolated(nonsending) func register(_ registration: WorkerRegistration)
    async throws(TransportError) -> RegistrationReply

  /// Asks for a task and waits up to `wait` for one. `nil` when there was none.
  nonisolated(nonsending) func pollTask(wait: Duration, availableSkills: [String]?, hotSkills: [String]?)
    async throws(TransportError) -> PolledTask?

  nonisolated(nonsending) func sendResult(_ result: TaskResult) async throws(TransportError) -> ResultReply

  /// A `nil` heartbeat is the empty keep-alive.
  nonisolated(nonsending) func sendHeartbeat(_ heartbeat: Heartbeat?) async throws(TransportError) -> HeartbeatReply

  /// Sends an event and waits for its answer.
  nonisolated(nonsending) func emitEvent(_ event: WorkerEventPayload) async throws(TransportError)

  /// Sends an event over the open command channel without an answer.
  /// - Returns: false when no command channel is open; then nothing was sent.
  nonisolated(nonsending) func emitEventUnanswered(_ event: WorkerEventPayload) async -> Bool

  /// The commands of the parent, from one opened command channel until it is lost (the stream then throws).
  nonisolated(nonsending) func listenForCommands()
    async throws(TransportError) -> AsyncThrowingStream<WorkerCommand, any Error>

  /// Obtains an access token with the credentials at hand (refresh token, else the configured token) and adopts it.
  @discardableResult
  nonisolated(nonsending) func refreshToken() async throws(TransportError) -> TokenResponse

  /// Forgets adopted tokens and goes back to the configured one.
  func forgetTokens()
}

/// A task as it arrived: the decoded view, and the bytes to pass on untouched.
public struct PolledTask: Sendable, Hashable {
  public var payload: TaskPayload
  public var json: RawJSON

  public init(payload: TaskPayload, json: RawJSON) {
    self.payload = payload
    self.json = json
  }
}

/// Features of a parent beyond plain RXON.
public struct ParentFeatures: Sendable, Hashable {
  /// The parent is a Holon (it answered a registration with `X-Holon: 1`).
  public var isHolon: Bool

  public init(isHolon: Bool = false) {
    self.isHolon = isHolon
  }
}
