import Synchronization

/// A transport without a parent, for tests of what uses transports: it answers from a script and writes down what it was
/// asked. `makeTransport(url: "mock://parent", …)` makes one.
///
/// Where the script has nothing left to say, registrations, results, heartbeats and events are accepted, and polls end
/// after their wait without a task.
public final class MockTransport: Transport {
  /// Something that the transport was asked.
  public enum Call: Sendable, Hashable {
    case connect
    case close
    case register(WorkerRegistration)
    case pollTask(wait: Duration, availableSkills: [String]?, hotSkills: [String]?, lease: String?)
    case confirmReceipt([TaskReceipt])
    case sendResult(TaskResult)
    case sendHeartbeat(Heartbeat?)
    case emitEvent(WorkerEventPayload)
    case emitEventUnanswered(WorkerEventPayload)
    case listenForCommands
    case refreshToken
    case forgetTokens
  }

  /// What the transport will answer, in order, by kind of call.
  public struct Script: Sendable {
    public var registrations: [Result<RegistrationReply, TransportError>] = []
    public var polls: [Result<PolledTask?, TransportError>] = []
    public var results: [Result<ResultReply, TransportError>] = []
    public var heartbeats: [Result<HeartbeatReply, TransportError>] = []
    public var events: [Result<Void, TransportError>] = []
    public var tokens: [Result<TokenResponse, TransportError>] = []

    public init() {}
  }

  private struct State {
    var script = Script()
    var calls: [Call] = []
    var isClosed = false
    var features = ParentFeatures()
    var time = 0
    var commands: AsyncThrowingStream<WorkerCommand, any Error>.Continuation?
  }

  public let workerID: String
  public let endpoint: Endpoint
  private let state = Mutex(State())

  public init(workerID: String, endpoint: Endpoint = Endpoint(scheme: "mock", host: "parent")) {
    self.workerID = workerID
    self.endpoint = endpoint
  }

  // MARK: For the test

  /// What was asked so far, first one first.
  public var calls: [Call] {
    state.withLock { $0.calls }
  }

  /// Adds to the script, or rewrites it.
  public func script(_ change: @Sendable (inout Script) -> Void) {
    state.withLock { change(&$0.script) }
  }

  /// Sets what ``parentTime()`` tells; 0 at first.
  public func setParentTime(_ time: Int) {
    state.withLock { $0.time = time }
  }

  /// Sets what ``parentFeatures`` tells; plain at first.
  public func setParentFeatures(_ features: ParentFeatures) {
    state.withLock { $0.features = features }
  }

  /// Sends a command down the open command channel.
  /// - Returns: false when none is open.
  @discardableResult
  public func send(_ command: WorkerCommand) -> Bool {
    let channel = state.withLock { $0.commands }
    channel?.yield(command)
    return channel != nil
  }

  /// Loses the open command channel.
  public func interruptCommands() {
    let channel = takeChannel()
    channel?.finish(throwing: TransportError(.interrupted, "the command channel was lost"))
  }

  // MARK: Transport

  public var parentFeatures: ParentFeatures {
    state.withLock { $0.features }
  }

  public func parentTime() -> Int {
    state.withLock { $0.time }
  }

  public func connect() async throws(TransportError) {
    try note(.connect)
  }

  public func close() async {
    state.withLock { state in
      state.calls.append(.close)
      state.isClosed = true
    }
    takeChannel()?.finish(throwing: Self.closed)
  }

  public func register(_ registration: WorkerRegistration) async throws(TransportError) -> RegistrationReply {
    try note(.register(registration))
    return try next(\.registrations, else: RegistrationReply(version: RXONProtocol.version))
  }

  public func pollTask(
    wait: Duration, availableSkills: [String]?, hotSkills: [String]?, lease: String?
  ) async throws(TransportError) -> PolledTask? {
    try note(.pollTask(wait: wait, availableSkills: availableSkills, hotSkills: hotSkills, lease: lease))
    if let answer = take(\.polls) { return try answer.get() }
    do {
      try await Task.sleep(for: wait)
    } catch {
      throw TransportError(.interrupted, "the call was cancelled")
    }
    guard !state.withLock({ $0.isClosed }) else { throw Self.closed }
    return nil
  }

  public func confirmReceipt(of tasks: [TaskReceipt]) {
    try? note(.confirmReceipt(tasks))
  }

  public func sendResult(_ result: TaskResult) async throws(TransportError) -> ResultReply {
    try note(.sendResult(result))
    return try next(\.results, else: .accepted)
  }

  public func sendHeartbeat(_ heartbeat: Heartbeat?) async throws(TransportError) -> HeartbeatReply {
    try note(.sendHeartbeat(heartbeat))
    return try next(\.heartbeats, else: HeartbeatReply())
  }

  public func emitEvent(_ event: WorkerEventPayload) async throws(TransportError) {
    try note(.emitEvent(event))
    try next(\.events, else: ())
  }

  public func emitEventUnanswered(_ event: WorkerEventPayload) async -> Bool {
    state.withLock { state in
      guard state.commands != nil else { return false }
      state.calls.append(.emitEventUnanswered(event))
      return true
    }
  }

  public func listenForCommands() async throws(TransportError) -> AsyncThrowingStream<WorkerCommand, any Error> {
    try note(.listenForCommands)
    let (stream, continuation) = AsyncThrowingStream<WorkerCommand, any Error>.makeStream()
    let former = state.withLock { state in
      defer { state.commands = continuation }
      return state.commands
    }
    former?.finish(throwing: TransportError(.interrupted, "a second command channel was opened"))
    return stream
  }

  @discardableResult
  public func refreshToken() async throws(TransportError) -> TokenResponse {
    try note(.refreshToken)
    return try next(\.tokens, else: TokenResponse(accessToken: "mock-token", expiresIn: 3600, workerID: workerID))
  }

  /// A mock keeps no tokens.
  public var holdsRefreshToken: Bool { false }

  public func forgetTokens() {
    state.withLock { $0.calls.append(.forgetTokens) }
  }

  // MARK: Script

  private static let closed = TransportError(.closed, "the transport is closed")

  private func note(_ call: Call) throws(TransportError) {
    let isClosed = state.withLock { state in
      state.calls.append(call)
      return state.isClosed
    }
    if isClosed { throw Self.closed }
  }

  private func take<Answer: Sendable>(
    _ answers: any WritableKeyPath<Script, [Result<Answer, TransportError>]> & Sendable
  ) -> Result<Answer, TransportError>? {
    state.withLock { state in
      state.script[keyPath: answers].isEmpty ? nil : state.script[keyPath: answers].removeFirst()
    }
  }

  private func next<Answer: Sendable>(
    _ answers: any WritableKeyPath<Script, [Result<Answer, TransportError>]> & Sendable, else standard: Answer
  ) throws(TransportError) -> Answer {
    try take(answers)?.get() ?? standard
  }

  private func takeChannel() -> AsyncThrowingStream<WorkerCommand, any Error>.Continuation? {
    state.withLock { state in
      defer { state.commands = nil }
      return state.commands
    }
  }
}
