import RXON

@testable import HolonRouting

/// A router above Holons with leases, and a network between them that loses, delays and reorders whatever it carries.
/// Children crash, also between taking a task and storing it; none is ever taken for lost.
struct LeaseSimulation {
  struct SimulatedHolon {
    var run = 0
    var leases = OpenLeases(run: "0")
    var polls: Set<Lease> = []
    /// Taken, not stored.
    var fresh: Set<TaskKey> = []
    var stored: Set<TaskKey> = []

    var claims: [String] { (fresh.union(stored)).map(\.taskID).sorted() }
  }

  /// On its way up. The answer of a call is on its way down.
  enum Message {
    case poll(String, Lease)
    case heartbeat(String, Heartbeat)
    case receipt(String, TaskKey)
    case result(String, TaskKey)
    case answer(String, Lease, TaskKey?)
    case accepted(String, TaskKey)
  }

  private var router: Router
  private var random: SeededGenerator
  private var now = Moment(uptime: .zero, unixSeconds: 1_000_000)
  private var holons: [String: SimulatedHolon] = ["h0": SimulatedHolon(), "h1": SimulatedHolon()]
  private var network: [Message] = []
  /// Calls that wait for their answer.
  private var calls: [CallID: Message] = [:]
  private var callCount: UInt64 = 0
  private var taskCount = 0
  private var losesMessages = true

  private(set) var violations: [String] = []
  private var storedAt: [TaskKey: Int] = [:]
  private var answered: [TaskKey: Int] = [:]
  /// Why tasks came back.
  private(set) var returns: [String: Int] = [:]

  init(seed: UInt64) {
    random = SeededGenerator(seed: seed)
    var configuration = RouterConfiguration(nodeID: "node", uplinks: [RouterHarness.parent])
    configuration.childTimeout = .seconds(1_000_000)
    configuration.childGrace = .seconds(1_000_000)
    configuration.maximumPollWait = .seconds(1_000_000)
    configuration.maximumAttempts = 1_000_000
    router = Router(configuration: configuration)
    for id in holons.keys.sorted() { register(id) }
  }

  mutating func step() {
    now.uptime += .milliseconds(Int.random(in: 0...2000, using: &random))
    let id = Bool.random(using: &random) ? "h0" : "h1"
    switch Int.random(in: 0..<100, using: &random) {
    case 0..<10: arrive()
    case 10..<30: poll(id)
    case 30..<40: beat(id)
    case 40..<50: store(id)
    case 50..<56: work(id)
    case 56..<58: crash(id)
    case 58..<60: endPoll(id)
    case 60..<62: register(id)
    default: carry()
    }
    check()
  }

  /// From now on nothing is lost any more; all must come to its end.
  mutating func finish() {
    losesMessages = false
    for _ in 0..<200 where answered.count < taskCount {
      now.uptime += .seconds(1)
      for id in holons.keys.sorted() {
        for lease in holons[id]?.polls ?? [] { end(lease, of: id) }
        beat(id)
        poll(id)
        while !network.isEmpty { carry() }
        store(id)
        work(id)
        while !network.isEmpty { carry() }
      }
      check()
    }
    for number in 1...taskCount {
      let key = RouterHarness.key("t\(number)")
      if storedAt[key] != 1 { violations.append("t\(number) was stored \(storedAt[key] ?? 0) times") }
      if answered[key] != 1 { violations.append("t\(number) was answered \(answered[key] ?? 0) times") }
    }
  }

  // MARK: Children

  private mutating func register(_ id: String) {
    var registration = WorkerRegistration(workerID: id, supportedSkills: [SkillInfo(name: "echo")])
    holons[id]?.leases.announce(in: &registration)
    handle(.childRegistered(call(.poll(id, Lease(run: "-", number: 1))), registration, isHolon: true))
  }

  private mutating func poll(_ id: String) {
    guard let lease = holons[id]?.leases.make() else { return }
    holons[id]?.polls.insert(lease)
    network.append(.poll(id, lease))
  }

  private mutating func beat(_ id: String) {
    guard let holon = holons[id] else { return }
    var heartbeat = Heartbeat(workerID: id, status: WorkerStatus.idle, currentTasks: holon.claims)
    holon.leases.tell(in: &heartbeat)
    network.append(.heartbeat(id, heartbeat))
  }

  private mutating func store(_ id: String) {
    for key in holons[id]?.fresh ?? [] {
      storedAt[key, default: 0] += 1
      network.append(.receipt(id, key))
    }
    let fresh = holons[id]?.fresh ?? []
    holons[id]?.stored.formUnion(fresh)
    holons[id]?.fresh = []
  }

  private mutating func work(_ id: String) {
    for key in holons[id]?.stored ?? [] { network.append(.result(id, key)) }
  }

  private mutating func crash(_ id: String) {
    let run = (holons[id]?.run ?? 0) + 1
    holons[id]?.run = run
    holons[id]?.leases = OpenLeases(run: "\(run)")
    holons[id]?.polls = []
    holons[id]?.fresh = []
    register(id)
  }

  /// The child sees that a connection is lost.
  private mutating func endPoll(_ id: String) {
    if let lease = holons[id]?.polls.sorted(by: { $0.number < $1.number }).first { end(lease, of: id) }
  }

  private mutating func end(_ lease: Lease, of id: String) {
    holons[id]?.polls.remove(lease)
    holons[id]?.leases.close(lease)
  }

  // MARK: The network

  private mutating func carry() {
    guard !network.isEmpty else { return }
    let message = network.remove(at: Int.random(in: 0..<network.count, using: &random))
    let isLost = losesMessages && Int.random(in: 0..<4, using: &random) == 0
    switch message {
    case .poll(let id, let lease):
      if isLost { return end(lease, of: id) }
      handle(.pollArrived(call(message), TaskPoll(workerID: id, wait: .seconds(900_000), lease: lease.description)))
    case .answer(let id, let lease, let key):
      // The child has given the poll up, or started anew.
      guard holons[id]?.polls.contains(lease) == true else { return }
      end(lease, of: id)
      if let key, !isLost, holons[id]?.stored.contains(key) == false { holons[id]?.fresh.insert(key) }
    case .accepted(let id, let key):
      if !isLost { holons[id]?.stored.remove(key) }
    case _ where isLost: return
    case .heartbeat(let id, let heartbeat): handle(.childHeartbeat(call(message), child: id, heartbeat))
    case .receipt(let id, let key): handle(.receiptsConfirmed(child: id, [key]))
    case .result(let id, let key):
      let result = TaskResult(jobID: key.jobID, taskID: key.taskID, status: TaskStatus.success)
      handle(.resultArrived(call(message), child: id, result))
    }
  }

  // MARK: The parent

  private mutating func arrive() {
    taskCount += 1
    handle(.taskArrived(RouterHarness.task("t\(taskCount)"), from: RouterHarness.parent))
  }

  private mutating func call(_ message: Message) -> CallID {
    callCount += 1
    calls[CallID(callCount)] = message
    return CallID(callCount)
  }

  private mutating func handle(_ event: RoutingEvent) {
    for action in router.handle(event, at: now) {
      switch action {
      case .forwardToChild(let call, let key, _): answerPoll(call, key)
      case .answerNoTask(let call): answerPoll(call, nil)
      case .answerResult(let call, _):
        if case .result(let id, let key)? = calls.removeValue(forKey: call) { network.append(.accepted(id, key)) }
      case .forwardResult(let key, let result, _):
        answered[key, default: 0] += 1
        if result.status != TaskStatus.success { violations.append("\(key.taskID) failed") }
      case .report(.taskReturned(_, _, let reason)): returns[reason, default: 0] += 1
      default: break
      }
    }
  }

  private mutating func answerPoll(_ call: CallID, _ key: TaskKey?) {
    guard case .poll(let id, let lease)? = calls.removeValue(forKey: call) else { return }
    network.append(.answer(id, lease, key))
  }

  /// No task is at two children, with what may still reach one.
  private mutating func check() {
    var holders: [TaskKey: Set<String>] = [:]
    for (id, holon) in holons {
      for key in holon.fresh.union(holon.stored) where answered[key] == nil { holders[key, default: []].insert(id) }
    }
    for case .answer(let id, let lease, let key?) in network where holons[id]?.polls.contains(lease) == true {
      holders[key, default: []].insert(id)
    }
    for (key, ids) in holders where ids.count > 1 { violations.append("\(key.taskID) is at \(ids.sorted())") }
  }
}
