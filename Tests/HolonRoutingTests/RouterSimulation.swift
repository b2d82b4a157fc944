@testable import HolonRouting
import RXON

/// A small deterministic generator (SplitMix64), so that a failing run can be repeated by its seed.
struct SeededGenerator: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }
}

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
  private var openCalls: Set<CallID> = []
  private var pollEnds: [CallID: Duration] = [:]
  private var pollSkills: [CallID: [String]] = [:]
  private var taken: [TaskKey: PolledTask] = [:]
  private var holders: [TaskKey: String] = [:]
  /// Tasks whose result has gone up and is not settled.
  var delivered: Set<TaskKey> = []
  var unanswered: Set<TaskKey> { Set(taken.keys).subtracting(delivered) }

  static let skills = ["echo", "render", "zip"]
  static let uplinks = [UplinkID("one"), UplinkID("two")]

  init(seed: UInt64) {
    random = SeededGenerator(seed: seed)
    var configuration = RouterConfiguration(nodeID: "node", uplinks: Self.uplinks)
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
    let statuses = [WorkerStatus.idle, WorkerStatus.busy, WorkerStatus.idle, WorkerStatus.draining, WorkerStatus.offline]
    let status = statuses[min(statuses.count - 1, Int.random(in: 0..<12, using: &random) % 7)]
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
    if router.tasks.slot(of: key) == nil { taken[key] = task }
    handle(.taskArrived(task, from: Self.uplinks[nameCount % 2]))
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
    delivered.remove(key)
    taken[key] = nil
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

  /// Performs what need not wait; the rest stands behind its commit.
  private mutating func run(_ actions: [RoutingAction]) {
    for (place, action) in actions.enumerated() {
      if case .persist(let changes) = action {
        waiting.append((changes, Array(actions[(place + 1)...])))
        return
      }
      perform(action)
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
        run(rest)
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

// MARK: Promises
extension RouterSimulation {
  /// What a list of actions decides, whether it waits for a commit or not.
  private mutating func noteDecision(_ action: RoutingAction) {
    if let call = action.answeredCall {
      // A poll that its child gave up counts as answered.
      if openCalls.remove(call) == nil, pollEnds[call] != nil || !isPoll(action) {
        violations.append("call \(call.number) was answered twice")
      }
    }
    if case .report(let incident) = action {
      incidents[String(String(describing: incident).prefix { $0 != "(" }), default: 0] += 1
    }
    switch action {
    case .report(.taskReturned(let key, _, _)): holders[key] = nil
    case .forwardToChild(let call, let key, let child):
      if let holder = holders[key] { violations.append("\(key.taskID): at \(holder) and at \(child)") }
      holders[key] = child
      guard let payload = taken[key]?.payload else { return violations.append("\(key.taskID): not taken") }
      if let deadline = payload.deadline, deadline <= now.unixSeconds {
        violations.append("\(key.taskID): started past its deadline")
      }
      if let declared = pollSkills[call], !declared.contains(payload.type) {
        violations.append("\(key.taskID): \(payload.type) was not among \(declared)")
      }
    default: break
    }
  }

  private func isPoll(_ action: RoutingAction) -> Bool {
    switch action {
    case .forwardToChild, .answerNoTask: true
    default: false
    }
  }

  /// The journal refused: the calls are open again, for the router to refuse.
  private mutating func takeBackDecision(_ action: RoutingAction) {
    if let call = action.answeredCall { openCalls.insert(call) }
  }

  /// A commit stands before everything that depends on it.
  private mutating func checkOrder(_ actions: [RoutingAction]) {
    var stored: [JournalChange] = []
    var barriers = 0
    for action in actions {
      switch action {
      case .persist(let changes):
        stored += changes
        barriers += 1
      case .forwardToChild(_, let key, let child):
        let isStored = stored.contains {
          switch $0 {
          case .taskTaken(let record): record.key == key && record.assignedTo == child
          case .taskAssigned(let assigned, let holder, _): assigned == key && holder == child
          default: false
          }
        }
        if !isStored { violations.append("\(key.taskID): handed out before it was stored") }
      case .forwardResult(let key, _, _):
        let isStored = stored.contains { if case .resultStored(let record) = $0 { record.key == key } else { false } }
        if !isStored { violations.append("\(key.taskID): delivered before it was stored") }
      case .answerResult(_, .accepted) where barriers == 0:
        violations.append("a result was answered before it was stored")
      case .forwardEvent(let event, _):
        let isStored = stored.contains {
          if case .eventStored(let record) = $0 { record.eventID == event.eventID } else { false }
        }
        if !isStored { violations.append("\(event.eventID): delivered before it was stored") }
      default: break
      }
    }
  }

  private mutating func checkState() {
    let parked = router.children.slots.reduce(0) { $0 + (router.children[$1]?.parkedPolls ?? 0) }
    if parked != router.polls.count { violations.append("\(router.polls.count) polls, counted \(parked)") }
    let free = router.children.slots.reduce(0) { $0 + router.freePolls(of: $1) }
    if free != router.freePolls { violations.append("\(free) free polls, counted \(router.freePolls)") }
    let limit = router.configuration.maximumParkedPollsPerChild
    for slot in router.children.slots where router.children[slot]?.parkedPolls ?? 0 > limit {
      violations.append("too many parked polls")
    }
    if router.finished.count > 64 || router.seenEvents.count > 64 { violations.append("a memory without bound") }
    for key in unanswered where router.tasks.slot(of: key) == nil { violations.append("\(key.taskID): lost") }
    checkNoneWaitsInVain()
  }

  /// No waiting task is left that a parked poll could take, except after the journal refused.
  private mutating func checkNoneWaitsInVain() {
    for slot in router.children.slots where router.mayServe(slot) {
      for group in router.children[slot]?.groups ?? [] {
        guard let group = router.polls.group(group), !group.polls.isEmpty,
          let task = router.queue.first(for: group.skills.map(\.variant)), router.tasks[task]?.retryAt == nil
        else { continue }
        violations.append("\(router.tasks[task]?.key.taskID ?? ""): waits beside a poll that could take it")
      }
    }
  }

  /// Lets everything come to its end: the journal works, all children die, every task fails or is cancelled.
  mutating func finish() {
    journalRefuses = false
    commit()
    for id in children.keys.sorted() {
      for call in children[id]?.polls ?? [] where openCalls.remove(call) != nil { handle(.callAbandoned(call)) }
      handle(.childCommandChannelClosed(child: id))
    }
    children = [:]
    for _ in 0..<4 {
      pass(.seconds(120))
      commit()
    }
    for uplink in Self.uplinks {
      handle(.cancellationsArrived(taskIDs: router.currentTaskIDs(for: uplink), from: uplink))
      commit()
    }
    pass(.seconds(120))
    commit()
    if !unanswered.isEmpty { violations.append("never answered: \(unanswered.map(\.taskID).sorted())") }
    for key in delivered { settle(key) }
    checkEmptied()
  }

  private mutating func checkEmptied() {
    let left = [
      "tasks": router.tasks.count, "children": router.children.count, "polls": router.polls.count,
      "skills": router.skills.count, "queue": router.queue.count, "free polls": router.freePolls,
      "awaited": router.awaited.count, "child times": router.childTimes.count, "task times": router.taskTimes.count,
      "answered": router.answeredCount, "open calls": openCalls.count,
    ]
    for (name, count) in left where count != 0 { violations.append("\(count) \(name) left") }
  }
}
