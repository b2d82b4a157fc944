/// A worker's link to its parent: what a lower node can ask of the node above it.
///
/// A transport signs what it sends: it puts identity, timestamp and signature on registrations, heartbeats, results and
/// events at each call (protocol §3). A message that already carries a `timestamp` keeps it, so a caller that sends the
/// same thing again passes a later one.
///
/// Lifecycle: `connect()` once, any number of concurrent calls, `close()` once. After `close()` every call and the
/// command stream fail with ``TransportError/closed``. Calls may run concurrently; cancelling the calling task abandons
/// the call.
public protocol Transport: Sendable {
  /// The identity under which this transport speaks.
  var workerID: String { get }

  /// What the parent was found to understand beyond plain RXON; plain until a registration has been answered.
  var parentFeatures: ParentFeatures { get }

  /// The parent's clock in Unix seconds, estimated from the `Date` of its answers; the local clock before the first.
  func parentTime() -> Int

  /// Prepares the transport. Dialling may be put off until the first call.
  func connect() async throws(TransportError)

  /// Ends all calls and connections. Idempotent.
  func close() async

  func register(_ registration: WorkerRegistration) async throws(TransportError) -> RegistrationReply

  /// Asks for a task and waits up to `wait` for one. `nil` when there was none.
  /// - Parameter lease: a name for this poll, for a parent with ``HolonFeatures/lease``: until its receipt is confirmed,
  ///   a task that answers the poll stays the parent's. Nil for a plain parent, which forgets a task as it answers.
  func pollTask(wait: Duration, availableSkills: [String]?, hotSkills: [String]?, lease: String?)
    async throws(TransportError) -> PolledTask?

  /// Lets a parent with ``HolonFeatures/lease`` know, along with what is sent next, that these tasks are stored here.
  /// One that gets lost on the way is made good by the next heartbeat, which names the tasks.
  func confirmReceipt(of tasks: [TaskReceipt])

  func sendResult(_ result: TaskResult) async throws(TransportError) -> ResultReply

  /// A `nil` heartbeat is the empty keep-alive.
  func sendHeartbeat(_ heartbeat: Heartbeat?) async throws(TransportError) -> HeartbeatReply

  /// Sends an event and waits for its answer.
  func emitEvent(_ event: WorkerEventPayload) async throws(TransportError)

  /// Sends an event over the open command channel without an answer.
  /// - Returns: false when no command channel is open; then nothing was sent.
  func emitEventUnanswered(_ event: WorkerEventPayload) async -> Bool

  /// The commands of the parent, from one opened command channel until it is lost (the stream then throws).
  func listenForCommands() async throws(TransportError) -> AsyncThrowingStream<WorkerCommand, any Error>

  /// Obtains an access token with the credentials at hand (refresh token, else the configured token) and adopts it.
  @discardableResult
  func refreshToken() async throws(TransportError) -> TokenResponse

  /// Whether a refresh token is at hand.
  var holdsRefreshToken: Bool { get }

  /// Forgets adopted tokens and goes back to the configured one.
  func forgetTokens()
}

extension Transport {
  /// A poll as every parent understands it.
  public func pollTask(
    wait: Duration, availableSkills: [String]?, hotSkills: [String]?
  ) async throws(TransportError) -> PolledTask? {
    try await pollTask(wait: wait, availableSkills: availableSkills, hotSkills: hotSkills, lease: nil)
  }
}
