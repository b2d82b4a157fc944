import RXON

@testable import HolonRouting

/// A router among children, a parent and a journal that all behave at random, with a check of every promise at each step.
struct RouterSimulation {
  struct SimulatedChild {
    var polls: [CallID] = []
    var tasks: Set<TaskKey> = []
    var hasChannel = false
  }

  var router: Router
  var random: SeededGenerator
  var now = Moment(uptime: .zero, unixSeconds: 1_000_000)
  var children: [String: SimulatedChild] = [:]
  /// Action lists whose rest waits for a commit, oldest first.
  var waiting: [(changes: [JournalChange], rest: [RoutingAction])] = []
  var journalRefuses = false
  private var callCount: UInt64 = 0
  private var nameCount = 0

  // What the promises are checked against.
  var violations: [String] = []
  /// How often each kind of incident was reported.
  var incidents: [String: Int] = [:]
  var openCalls: Set<CallID> = []
  var pollEnds: [CallID: Duration] = [:]
  var pollSkills: [CallID: [String]] = [:]
  var taken: [TaskKey: PolledTask] = [:]
  var holders: [TaskKey: String] = [:]
  /// Where each task came from.
  var origins: [TaskKey: UplinkID] = [:]
  /// Tasks that came again for another child while their result was on its way.
  var successors: [TaskKey: (task: PolledTask, origin: UplinkID)] = [:]
  /// Tasks whose result has gone up and is not settled.
  var delivered: Set<TaskKey> = []
  var unanswered: Set<TaskKey> { Set(taken.keys).subtracting(delivered) }

  static let skills = ["echo", "render", "zip"]
  static let transparent = UplinkID("three")
  static let uplinks =
    [UplinkID("one"), UplinkID("two")] + (0..<5).map { UplinkID(transparent.name, child: "w\($0)") }

  init(seed: UInt64) {
    random = SeededGenerator(seed: seed)
    let parents = [UplinkID("one"), UplinkID("two"), Self.transparent]
    var configuration = RouterConfiguration(
      nodeID: "node", uplinks: seed.isMultiple(of: 2) ? parents : parents.reversed())
    configuration.childNaming = [Self.transparent: ChildNaming(prefix: "node-")]
    configuration.maximumParkedPollsPerChild = 4
    configuration.maximumQueuedTasks = 50
    configuration.deduplicationKeys = 64
    configuration.whenUnable = seed.isMultiple(of: 3) ? .giveBack : .wait
    configuration.prefetch = Int(seed % 4)
    let strategy = RoutingStrategy.allCases[Int(seed) % RoutingStrategy.allCases.count]
    configuration.routes = [Route(skill: SkillPattern("*"), strategy: strategy)]
    router = Router(configuration: configuration)
  }

  // MARK: Events

  mutating func step() {
    switch Int.random(in: 0..<100, using: &random) {
    case 0..<8: register()
    case 8..<20: heartbeat()
    case 20..<42: poll()
    case 42..<62: arrive()
    case 62..<80: answer()
    case 80..<83: abandonPoll()
    case 83..<85: kill()
    case 85..<87: channel()
    case 87..<89: cancel()
    case 89..<92: event()
    case 92..<95: settle()
    case 95: journalRefuses.toggle()
    default: pass(.milliseconds(Int.random(in: 1...20_000, using: &random)))
    }
    if Bool.random(using: &random) { commit() }
    checkState()
  }

  private func name(_ number: Int) -> String { "w\(number)" }
  private mutating func anyName() -> String { name(Int.random(in: 0..<5, using: &random)) }
  private mutating func anySkills() -> [String] { Self.skills.filter { _ in Bool.random(using: &random) } }

  mutating func call() -> CallID {
    callCount += 1
    openCalls.insert(CallID(callCount))
    return CallID(callCount)
  }

  private mutating func register() {
    let id = anyName()
    let skills = Self.skills.filter { _ in Int.random(in: 0..<4, using: &random) > 0 }
    let costs = Dictionary(uniqueKeysWithValues: skills.map { ($0, Double.random(in: 0..<3, using: &random)) })
    children[id] = children[id] ?? SimulatedChild()
    handle(
      .childRegistered(
        call(),
        WorkerRegistration(
          workerID: id,
          supportedSkills: skills.map { SkillInfo(name: $0, version: Bool.random(using: &random) ? "1" : nil) },
          hotSkills: anySkills(), capabilities: WorkerCapabilities(costPerSkill: costs)),
        isHolon: Bool.random(using: &random)))
  }

  private mutating func heartbeat() {
    let id = anyName()
    let status =
      switch Int.random(in: 0..<12, using: &random) {
      case 0: WorkerStatus.draining
      case 1: WorkerStatus.offline
      case 2...5: WorkerStatus.busy
      default: WorkerStatus.idle
      }
    let tasks = (children[id]?.tasks ?? []).map(\.taskID)
    let heartbeat = Heartbeat(
      workerID: id, status: status, currentTasks: Bool.random(using: &random) ? tasks : nil,
      availableSkills: Int.random(in: 0..<4, using: &random) == 0 ? anySkills() : nil)
    handle(.childHeartbeat(call(), child: id, Int.random(in: 0..<8, using: &random) == 0 ? nil : heartbeat))
  }

  private mutating func poll() {
    let id = anyName()
    let call = call()
    let wait = Duration.seconds(Int.random(in: 0...90, using: &random))
    let available = Int.random(in: 0..<3, using: &random) == 0 ? anySkills() : nil
    pollEnds[call] = now.uptime + min(wait, router.configuration.maximumPollWait)
    pollSkills[call] = available
    children[id, default: SimulatedChild()].polls.append(call)
    handle(.pollArrived(call, TaskPoll(workerID: id, wait: wait, availableSkills: available)))
  }

  private mutating func arrive() {
    nameCount += 1
    let old = Int.random(in: 0..<12, using: &random) == 0
    let id = "t\(old ? Int.random(in: 1...nameCount, using: &random) : nameCount)"
    let payload = TaskPayload(
      jobID: "job", taskID: id, type: Self.skills.randomElement(using: &random) ?? "echo",
      priority: Double(Int.random(in: 0...2, using: &random)),
      deadline: Bool.random(using: &random) ? now.unixSeconds + Int.random(in: -2...60, using: &random) : nil,
      unknown: Int.random(in: 0..<9, using: &random) == 0
        ? [JSONMember(name: "skill_version", value: .string("1"))] : [])
    let task = PolledTask(payload: payload, json: payload.rawJSON())
    let key = TaskKey(jobID: "job", taskID: id)
    let uplink = Self.uplinks.randomElement(using: &random) ?? Self.transparent
    noteArrival(of: key, task, from: uplink)
    handle(.taskArrived(task, from: uplink))
  }

  private mutating func noteArrival(of key: TaskKey, _ task: PolledTask, from uplink: UplinkID) {
    if let held = router.tasks.slot(of: key).flatMap({ router.tasks[$0] }) {
      guard held.uplink != uplink, held.uplink.parent == uplink.parent else { return }
      if held.ending != nil { return successors[key] = (task, uplink) }
    }
    taken[key] = task
    origins[key] = uplink
  }

  private mutating func answer() {
    let holders = children.keys.sorted().filter { children[$0]?.tasks.isEmpty == false }
    guard let id = holders.randomElement(using: &random),
      let key = children[id]?.tasks.sorted(by: { $0.taskID < $1.taskID }).randomElement(using: &random)
    else { return }
    let status = [TaskStatus.success, TaskStatus.failure, TaskStatus.cancelled].randomElement(using: &random)
    // Now and then the result is of another's task, or comes twice.
    let sender = Int.random(in: 0..<10, using: &random) == 0 ? anyName() : id
    let result = TaskResult(jobID: key.jobID, taskID: key.taskID, status: status ?? TaskStatus.success)
    handle(.resultArrived(call(), child: sender, result))
    if Int.random(in: 0..<6, using: &random) > 0 { children[id]?.tasks.remove(key) }
  }

  private mutating func abandonPoll() {
    let id = anyName()
    guard let call = children[id]?.polls.popLast() else { return }
    if openCalls.remove(call) != nil { pollEnds[call] = nil }
    handle(.callAbandoned(call))
  }

  private mutating func kill() {
    let id = anyName()
    guard let child = children.removeValue(forKey: id) else { return }
    for call in child.polls where openCalls.remove(call) != nil {
      pollEnds[call] = nil
      handle(.callAbandoned(call))
    }
    if child.hasChannel { handle(.childCommandChannelClosed(child: id)) }
  }

  private mutating func channel() {
    let id = anyName()
    guard let isOpen = children[id]?.hasChannel else { return }
    children[id]?.hasChannel = !isOpen
    handle(isOpen ? .childCommandChannelClosed(child: id) : .childCommandChannelOpened(child: id))
  }

  private mutating func cancel() {
    guard let key = taken.keys.sorted(by: { $0.taskID < $1.taskID }).randomElement(using: &random) else { return }
    handle(.cancellationsArrived(taskIDs: [key.taskID], from: Self.uplinks.randomElement(using: &random)!))
  }

  private mutating func event() {
    let id = anyName()
    let event = WorkerEventPayload(
      eventID: "e\(Int.random(in: 0..<500, using: &random))", workerID: id, originWorkerID: id,
      eventType: Bool.random(using: &random) ? EventType.progress : "custom", payload: .emptyObject)
    handle(.eventArrived(Bool.random(using: &random) ? call() : nil, child: id, event))
  }

  private mutating func settle() {
    for key in delivered.sorted(by: { $0.taskID < $1.taskID }) where Bool.random(using: &random) { settle(key) }
  }

  mutating func settle(_ key: TaskKey) {
    let successor = successors.removeValue(forKey: key)
    delivered.remove(key)
    taken[key] = successor?.task
    origins[key] = successor?.origin
    holders[key] = nil
    handle(.resultSettled(key))
  }

  mutating func pass(_ duration: Duration) {
    let end = now.uptime + duration
    while let next = router.nextWakeUp, next <= end {
      advance(to: max(next, now.uptime))
      handle(.timePassed)
    }
    advance(to: end)
    handle(.timePassed)
    for (call, limit) in pollEnds where limit <= now.uptime && openCalls.contains(call) {
      violations.append("poll \(call.number) was not answered in time")
    }
  }

  private mutating func advance(to uptime: Duration) {
    now.uptime = uptime
    now.unixSeconds = 1_000_000 + Int(uptime.components.seconds)
  }

  // MARK: Actions

  mutating func handle(_ event: RoutingEvent) {
    let actions = router.handle(event, at: now)
    checkOrder(actions)
    for action in actions { noteDecision(action) }
    run(actions)
  }

  /// Performs what need not wait; each part of the rest stands behind its commit.
  private mutating func run(_ actions: [RoutingAction]) {
    var isWaiting = false
    for action in actions {
      if case .persist(let changes) = action {
        waiting.append((changes, []))
        isWaiting = true
      } else if isWaiting {
        waiting[waiting.count - 1].rest.append(action)
      } else {
        perform(action)
      }
    }
  }

  /// The journal commits what waits, in order, or refuses it.
  mutating func commit() {
    while !waiting.isEmpty {
      let (changes, rest) = waiting.removeFirst()
      if journalRefuses {
        for action in rest { takeBackDecision(action) }
        handle(.persistFailed(changes, unperformed: rest))
      } else {
        for action in rest { perform(action) }
      }
    }
  }

  private mutating func perform(_ action: RoutingAction) {
    switch action {
    case .forwardToChild(let call, let key, let child):
      guard children[child]?.polls.contains(call) == true, Int.random(in: 0..<25, using: &random) > 0 else {
        return handle(.handOutFailed(call, key))
      }
      children[child]?.tasks.insert(key)
    case .forwardResult(let key, _, _):
      if taken[key] == nil { violations.append("\(key.taskID): a result of nothing") }
      if !delivered.insert(key).inserted { violations.append("\(key.taskID): two results") }
    default: break
    }
  }
}
