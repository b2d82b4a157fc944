import HolonRouting
import RXON

/// Drives a router as a node would, with a journal that commits at once or refuses, and keeps what was done.
struct RouterHarness {
  var router: Router
  var now = Moment(uptime: .zero, unixSeconds: 1_000_000)
  /// All actions of the last event, in order.
  var actions: [RoutingAction] = []
  /// What was performed of them.
  var performed: [RoutingAction] = []
  /// While set, every non-empty commit is refused.
  var journalRefuses = false
  private var nextCall: UInt64 = 1

  static let parent = UplinkID("parent")

  init(_ change: (inout RouterConfiguration) -> Void = { _ in }) {
    var configuration = RouterConfiguration(nodeID: "node", uplinks: [Self.parent])
    change(&configuration)
    router = Router(configuration: configuration)
  }

  mutating func call() -> CallID {
    defer { nextCall += 1 }
    return CallID(nextCall)
  }

  @discardableResult
  mutating func send(_ event: RoutingEvent) -> [RoutingAction] {
    actions = router.handle(event, at: now)
    performed = []
    perform(actions)
    return performed
  }

  private mutating func perform(_ actions: [RoutingAction]) {
    var rest = actions[...]
    while let action = rest.popFirst() {
      guard case .persist(let changes) = action, journalRefuses else {
        performed.append(action)
        continue
      }
      let dependents = rest.prefix { if case .persist = $0 { false } else { true } }
      rest = rest.dropFirst(dependents.count)
      perform(router.handle(.persistFailed(changes, unperformed: Array(dependents)), at: now))
    }
  }

  /// Lets time pass in the steps that the router asks for.
  @discardableResult
  mutating func wait(_ duration: Duration) -> [RoutingAction] {
    let end = now.uptime + duration
    var all: [RoutingAction] = []
    while let next = router.nextWakeUp, next <= end {
      advance(to: max(next, now.uptime))
      all += send(.timePassed)
    }
    advance(to: end)
    performed = all
    return all
  }

  private mutating func advance(to uptime: Duration) {
    now.unixSeconds = 1_000_000 + Int(uptime.components.seconds)
    now.uptime = uptime
  }

  // MARK: Usual events

  @discardableResult
  mutating func register(
    _ id: String, skills: [String] = ["echo"], costs: [String: Double]? = nil, hot: [String]? = nil,
    versions: [String: String] = [:], isHolon: Bool = false, below path: [String] = [], depth: Int = 0,
    leases: OpenLeases? = nil
  ) -> [RoutingAction] {
    var registration = WorkerRegistration(
      workerID: id, supportedSkills: skills.map { SkillInfo(name: $0, version: versions[$0]) }, hotSkills: hot,
      capabilities: WorkerCapabilities(
        costPerSkill: costs, extra: .object(["holon": .object(["depth_below": .integer(depth)])])),
      metadata: .object(["holon": .object(["path": .strings(path)])]))
    leases?.announce(in: &registration)
    return send(.childRegistered(call(), registration, isHolon: isHolon))
  }

  /// - Returns: the call of the poll.
  @discardableResult
  mutating func poll(
    _ id: String, wait: Duration = .seconds(30), available: [String]? = nil, hot: [String]? = nil,
    lease: Lease? = nil
  ) -> CallID {
    let call = call()
    send(
      .pollArrived(
        call,
        TaskPoll(
          workerID: id, wait: wait, availableSkills: available, hotSkills: hot, lease: lease?.description)))
    return call
  }

  @discardableResult
  mutating func heartbeat(
    _ id: String, status: String = WorkerStatus.idle, tasks: [String]? = nil, available: [String]? = nil,
    hash: String? = nil, leases: OpenLeases? = nil
  ) -> HeartbeatReply? {
    var heartbeat = Heartbeat(
      workerID: id, status: status, currentTasks: tasks, availableSkills: available, skillsHash: hash)
    leases?.tell(in: &heartbeat)
    let call = call()
    return send(.childHeartbeat(call, child: id, heartbeat)).compactMap {
      if case .answerHeartbeat(call, let reply) = $0 { reply } else { nil }
    }.first
  }

  static func task(
    _ id: String, skill: String = "echo", priority: Double = 0, deadline: Int? = nil, policy: [String]? = nil,
    version: String? = nil
  ) -> PolledTask {
    let payload = TaskPayload(
      jobID: "job", taskID: id, type: skill, priority: priority, deadline: deadline,
      policy: policy.map { .object(["allowed_skills": .strings($0)]) },
      unknown: version.map { [JSONMember(name: "skill_version", value: .string($0))] } ?? [])
    return PolledTask(payload: payload, json: payload.rawJSON())
  }

  @discardableResult
  mutating func take(
    _ id: String, skill: String = "echo", priority: Double = 0, deadline: Int? = nil, policy: [String]? = nil,
    version: String? = nil, from uplink: UplinkID = Self.parent
  ) -> [RoutingAction] {
    let task = Self.task(
      id, skill: skill, priority: priority, deadline: deadline, policy: policy, version: version)
    return send(.taskArrived(task, from: uplink))
  }

  /// - Returns: the answer to the child.
  @discardableResult
  mutating func result(_ id: String, from child: String, status: String = TaskStatus.success) -> ResultReply? {
    let call = call()
    let result = TaskResult(jobID: "job", taskID: id, workerID: child, status: status, timestamp: 77)
    return send(.resultArrived(call, child: child, result)).compactMap {
      if case .answerResult(call, let reply) = $0 { reply } else { nil }
    }.first
  }

  mutating func settle(_ id: String) {
    send(.resultSettled(Self.key(id)))
  }

  static func key(_ id: String) -> TaskKey { TaskKey(jobID: "job", taskID: id) }
}

/// What of a list of actions a test looks at.
extension [RoutingAction] {
  /// `task>child` for each task handed out.
  var handOuts: [String] {
    compactMap { if case .forwardToChild(_, let key, let child) = $0 { "\(key.taskID)>\(child)" } else { nil } }
  }

  /// Results on their way up.
  var results: [TaskResult] {
    compactMap { if case .forwardResult(_, let result, _) = $0 { result } else { nil } }
  }

  var events: [WorkerEventPayload] {
    compactMap { if case .forwardEvent(let event, _) = $0 { event } else { nil } }
  }

  var noTask: [CallID] {
    compactMap { if case .answerNoTask(let call) = $0 { call } else { nil } }
  }

  var refusals: [CallFailure] {
    compactMap { if case .refuse(_, let failure) = $0 { failure } else { nil } }
  }

  var commands: [String] {
    compactMap { if case .sendCommand(let command, let child) = $0 { "\(command.command)>\(child)" } else { nil } }
  }

  var incidents: [RoutingIncident] {
    compactMap { if case .report(let incident) = $0 { incident } else { nil } }
  }

  var changes: [JournalChange] {
    flatMap { action -> [JournalChange] in
      if case .persist(let changes) = action { changes } else { [] }
    }
  }

  /// Children of which parents may have to be told something.
  var changedChildren: [String] {
    compactMap { if case .childChanged(let child) = $0 { child } else { nil } }
  }

  var destinations: [UplinkID] {
    compactMap {
      switch $0 {
      case .forwardResult(_, _, let uplink), .forwardEvent(_, let uplink), .relayProgress(_, let uplink): uplink
      default: nil
      }
    }
  }

  var offersChange: Bool {
    contains { if case .offerChanged = $0 { true } else { false } }
  }

  /// Where the first action stands for which the condition holds.
  func place(_ condition: (RoutingAction) -> Bool) -> Int? { firstIndex(where: condition) }
}

extension RoutingAction {
  /// The call of a child that this action answers.
  var answeredCall: CallID? {
    switch self {
    case .answerRegistration(let call, _), .answerHeartbeat(let call, _), .forwardToChild(let call, _, _),
      .answerNoTask(let call), .answerResult(let call, _), .acknowledgeEvent(let call), .refuse(let call, _):
      call
    default: nil
    }
  }
}
