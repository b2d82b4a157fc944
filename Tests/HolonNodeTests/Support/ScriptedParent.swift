import NIOPosix
import RXON
import RXONHTTP
import Synchronization
import TestSupport
import Testing

/// A parent that hands out the tasks that a test gives it, answers as the test says, and remembers what it heard.
final class ScriptedParent: ListenerHandler {
  enum Call: Hashable, Sendable {
    case registration, poll, result, heartbeat, event, token, receipts
  }

  struct Heard<Message: Sendable>: Sendable {
    let message: Message
    let body: RawJSON?
    let credentials: Credentials
    let at: ContinuousClock.Instant
  }

  /// How to answer the first, second, … call of a kind; nil: as usual.
  typealias Script = @Sendable (_ number: Int) -> ListenerAnswer?

  /// Answers a call in place of the scripts; nil leaves it to them.
  typealias Gate = @Sendable (ListenerCall) -> ListenerAnswer?

  struct Record: Sendable {
    var registrations: [Heard<WorkerRegistration>] = []
    var heartbeats: [Heard<Heartbeat>] = []
    var results: [Heard<TaskResult>] = []
    var events: [Heard<WorkerEventPayload>] = []
    /// Over the command channel.
    var unansweredEvents: [WorkerEventPayload] = []
    var polls: [Heard<TaskPoll>] = []
    var tokenCalls = 0
    var receipts: [TaskReceipt] = []
    var channels: [any CommandChannel] = []
  }

  private struct State {
    var listener: HTTPListener?
    var record = Record()
    var gate: Gate?
    var scripts: [Call: (script: Script, count: Int)] = [:]
    var tasks: [RawJSON] = []
    /// For one worker alone.
    var tasksOfWorker: [String: [RawJSON]] = [:]
    var parked: [(number: Int, call: ListenerCall)] = []
  }

  let port: Int
  var url: String { "http://127.0.0.1:\(port)" }
  private let state = Mutex(State())

  init() async throws {
    port = FreePort.find()
  }

  // MARK: What the test does

  func start() async throws {
    let listener = HTTPListener(host: "127.0.0.1", port: port, group: MultiThreadedEventLoopGroup.singleton)
    _ = try await listener.start(handler: self)
    state.withLock { $0.listener = listener }
  }

  /// Closes every connection and refuses new ones.
  func stop() async {
    let listener = state.withLock { state in
      defer { state.listener = nil }
      return state.listener
    }
    await listener?.stop(grace: .zero)
    state.withLock { $0.parked = [] }
  }

  /// Answers a poll with the task, the next one if none waits.
  func hand(_ task: RawJSON) {
    let call = state.withLock { state in
      if state.parked.isEmpty {
        state.tasks.append(task)
        return nil as ListenerCall?
      }
      return state.parked.removeFirst().call
    }
    call?.answer(.task(task)) { written in
      if !written { self.hand(task) }
    }
  }

  /// Answers a poll of this worker with the task, its next one if none waits.
  func hand(_ task: RawJSON, to worker: String) {
    let call = state.withLock { state in
      guard let place = state.parked.firstIndex(where: { $0.call.credentials.workerID == worker }) else {
        state.tasksOfWorker[worker, default: []].append(task)
        return nil as ListenerCall?
      }
      return state.parked.remove(at: place).call
    }
    call?.answer(.task(task)) { written in
      if !written { self.hand(task, to: worker) }
    }
  }

  /// Tells whoever polls that there is no task.
  func endPolls() {
    let calls = state.withLock { state in
      defer { state.parked = [] }
      return state.parked.map(\.call)
    }
    for call in calls { call.answer(.noTask) }
  }

  func answer(_ call: Call, _ script: @escaping Script) {
    state.withLock { $0.scripts[call] = (script, 0) }
  }

  /// Looks at every call first.
  func guardCalls(_ gate: @escaping Gate) {
    state.withLock { $0.gate = gate }
  }

  /// Sends a command by the node's command channel.
  func send(_ command: WorkerCommand) async throws {
    let channel = try await found("the node's command channel") { heard.channels.last }
    channel.send(command)
  }

  /// Sends a command by the command channel of one worker.
  func send(_ command: WorkerCommand, to worker: String) async throws {
    let channel = try await found("the command channel of \(worker)") {
      heard.channels.last { $0.workerID == worker }
    }
    channel.send(command)
  }

  // MARK: What the test sees

  var heard: Record { state.withLock { $0.record } }
  var parkedPolls: Int { state.withLock { $0.parked.count } }
  /// Whose polls wait, sorted.
  var pollers: [String] { state.withLock { $0.parked.compactMap(\.call.credentials.workerID).sorted() } }
  /// The skills that the node told of last, by registration or heartbeat, sorted.
  var knownSkills: [String]? {
    let heard = heard
    let told =
      heard.registrations.map { ($0.at, $0.message.supportedSkills) }
      + heard.heartbeats.map { ($0.at, $0.message.supportedSkills) }
    let last = told.filter { $0.1 != nil }.max { $0.0 < $1.0 }
    return last?.1?.map(\.name).sorted()
  }
  var lastStatus: String? { heard.heartbeats.last?.message.status }
  func lastHeartbeat(of worker: String) -> Heartbeat? {
    heartbeats(of: worker).last?.message
  }
  func heartbeats(of worker: String) -> [Heard<Heartbeat>] {
    heard.heartbeats.filter { $0.credentials.workerID == worker }
  }
  func registrations(of worker: String) -> [Heard<WorkerRegistration>] {
    heard.registrations.filter { $0.credentials.workerID == worker }
  }

  /// The results of a task, in the order in which they came.
  func results(of taskID: String) -> [Heard<TaskResult>] {
    heard.results.filter { $0.message.taskID == taskID }
  }

  // MARK: ListenerHandler

  func receive(_ call: ListenerCall) {
    let kind = kind(of: call.action)
    let scripted = state.withLock { state in
      state.record.note(call)
      if let gate = state.gate, let answer = gate(call) { return answer as ListenerAnswer? }
      guard let (script, count) = state.scripts[kind] else { return nil as ListenerAnswer? }
      state.scripts[kind] = (script, count + 1)
      return script(count + 1)
    }
    if let scripted {
      call.answer(scripted)
    } else if kind == .poll {
      park(call)
    } else {
      call.answer(usualAnswer(to: call.action))
    }
  }

  func admitCommandChannel(_ credentials: Credentials, completion: @escaping @Sendable (CallFailure?) -> Void) {
    completion(nil)
  }

  func commandChannelOpened(_ channel: any CommandChannel) {
    state.withLock { $0.record.channels.append(channel) }
  }

  func commandChannelClosed(_ channel: any CommandChannel) {
    state.withLock { state in state.record.channels.removeAll { $0 === channel } }
  }

  func receiveUnanswered(_ event: WorkerEventPayload, body: RawJSON, from channel: any CommandChannel) {
    state.withLock { $0.record.unansweredEvents.append(event) }
  }

  private func park(_ call: ListenerCall) {
    let (task, number) = state.withLock { state in
      let number = state.record.polls.count
      if let worker = call.credentials.workerID, state.tasksOfWorker[worker]?.isEmpty == false {
        return (state.tasksOfWorker[worker]?.removeFirst(), number)
      }
      guard state.tasks.isEmpty else { return (state.tasks.removeFirst() as RawJSON?, number) }
      state.parked.append((number, call))
      return (nil, number)
    }
    if let task { return call.answer(.task(task)) }
    call.onAbandoned {
      self.state.withLock { state in state.parked.removeAll { $0.number == number } }
    }
  }

  private func kind(of action: ListenerAction) -> Call {
    switch action {
    case .register: .registration
    case .poll: .poll
    case .result: .result
    case .heartbeat: .heartbeat
    case .event: .event
    case .receipts: .receipts
    case .issueToken, .refreshToken: .token
    }
  }

  private func usualAnswer(to action: ListenerAction) -> ListenerAnswer {
    switch action {
    case .register: .registered(RegistrationReply())
    case .poll: .noTask
    case .result: .result(.accepted)
    case .heartbeat: .heartbeat(HeartbeatReply())
    case .event, .receipts: .eventAccepted
    case .issueToken, .refreshToken:
      .token(TokenResponse(accessToken: "issued", expiresIn: 3600, workerID: Tree.nodeID, refreshToken: "refresh"))
    }
  }
}

extension ScriptedParent.Record {
  fileprivate mutating func note(_ call: ListenerCall) {
    func heard<Message>(_ message: Message) -> ScriptedParent.Heard<Message> {
      ScriptedParent.Heard(message: message, body: call.body, credentials: call.credentials, at: .now)
    }
    switch call.action {
    case .register(let registration): registrations.append(heard(registration))
    case .poll(let poll): polls.append(heard(poll))
    case .result(let result): results.append(heard(result))
    case .heartbeat(_, let heartbeat): heartbeat.map { heartbeats.append(heard($0)) }
    case .event(let event): events.append(heard(event))
    case .receipts(let receipts): self.receipts += receipts
    case .issueToken, .refreshToken: tokenCalls += 1
    }
  }
}
