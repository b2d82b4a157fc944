import HolonRouting
import RXON
import Testing

@Suite("Router: tasks find children")
struct RouterTests {
  @Test("A task for a parked poll is stored as assigned before it is handed out")
  func handsOut() {
    var node = RouterHarness()
    node.register("w")
    node.poll("w")
    let actions = node.take("t")
    #expect(actions.handOuts == ["t>w"])
    guard case .taskTaken(let record)? = actions.changes.first else { return #expect(Bool(false), "nothing stored") }
    #expect(record.assignedTo == "w")
    #expect(record.attempts == 1)
    #expect(actions.changes.count == 1)
    let stored = actions.place { if case .persist = $0 { true } else { false } }
    let handedOut = actions.place { if case .forwardToChild = $0 { true } else { false } }
    #expect(stored ?? .max < handedOut ?? .min)
  }

  @Test("A task without a ready child is stored, waits, and goes to the next poll")
  func waits() {
    var node = RouterHarness()
    node.register("w")
    #expect(node.take("t").handOuts.isEmpty)
    #expect(node.router.taskCounts == TaskCounts(queued: 1, running: 0, answered: 0))
    node.poll("w")
    #expect(node.performed.handOuts == ["t>w"])
    #expect(node.performed.changes == [.taskAssigned(RouterHarness.key("t"), child: "w", attempts: 1)])
  }

  @Test("Waiting tasks go by priority, then by age")
  func order() {
    var node = RouterHarness()
    node.register("w")
    for (id, priority) in [("a", 0.0), ("b", 5), ("c", 5), ("d", 1)] { node.take(id, priority: priority) }
    var order: [String] = []
    for _ in 0..<4 {
      node.poll("w")
      order += node.performed.handOuts
    }
    #expect(order == ["b>w", "c>w", "d>w", "a>w"])
  }

  @Test("A poll gets no task beyond the skills that it declares")
  func declaredSkills() {
    var node = RouterHarness()
    node.register("w", skills: ["echo", "render"])
    node.poll("w", available: ["render"])
    #expect(node.take("t", skill: "echo").handOuts.isEmpty)
    #expect(node.take("u", skill: "render").handOuts == ["u>w"])
    node.poll("w")
    #expect(node.performed.handOuts == ["t>w"])
  }

  @Test("Without skills of its own a poll stands for those of the last heartbeat")
  func heartbeatSkills() {
    var node = RouterHarness()
    node.register("w", skills: ["echo", "render"])
    node.heartbeat("w", available: ["render"])
    node.poll("w")
    #expect(node.take("t").handOuts.isEmpty)
    node.heartbeat("w", available: ["echo"])
    #expect(node.performed.handOuts == ["t>w"])
  }

  @Test("A named skill version is respected, also among tasks that wait")
  func versions() {
    var node = RouterHarness()
    node.register("old", versions: ["echo": "1"])
    node.register("new", versions: ["echo": "2"])
    node.poll("old")
    #expect(node.take("t", version: "2").handOuts.isEmpty)
    node.poll("new")
    #expect(node.performed.handOuts == ["t>new"])
    #expect(node.take("u").handOuts == ["u>old"])
  }

  @Test("A task that its own policy forbids fails as invalid input")
  func policy() {
    var node = RouterHarness()
    node.register("w")
    node.poll("w")
    let actions = node.take("t", policy: ["render"])
    #expect(actions.handOuts.isEmpty)
    #expect(actions.results.first?.error?.code == .invalidInput)
    #expect(node.take("u", policy: ["echo"]).handOuts == ["u>w"])
  }

  @Test("A task that is held is not taken twice; one that is over is done again")
  func duplicates() {
    var node = RouterHarness()
    node.register("w")
    node.poll("w")
    node.take("t")
    #expect(node.take("t").incidents == [.taskDuplicate(RouterHarness.key("t"))])
    node.result("t", from: "w")
    #expect(node.take("t").incidents == [.taskDuplicate(RouterHarness.key("t"))])
    node.settle("t")
    node.poll("w")
    #expect(node.take("t").handOuts == ["t>w"])
  }

  @Test("A task whose deadline passes while it waits is answered with TIMEOUT_ERROR")
  func deadline() {
    var node = RouterHarness()
    node.register("w")
    node.take("t", deadline: node.now.unixSeconds + 10)
    #expect(node.wait(.seconds(9)).results.isEmpty)
    let actions = node.wait(.seconds(2))
    #expect(actions.results.map(\.error?.code) == [.timeout])
    node.poll("w")
    #expect(node.performed.handOuts.isEmpty)
  }

  @Test("A task past its deadline is never started")
  func pastDeadline() {
    var node = RouterHarness()
    node.register("w")
    node.poll("w")
    let actions = node.take("t", deadline: node.now.unixSeconds)
    #expect(actions.handOuts.isEmpty)
    #expect(actions.results.map(\.error?.code) == [.timeout])
  }

  @Test("Without an able child a task waits until its deadline, then goes back as TRANSIENT_ERROR")
  func unableWaits() {
    var node = RouterHarness()
    node.take("t", skill: "unknown", deadline: node.now.unixSeconds + 10)
    #expect(node.wait(.seconds(11)).results.map(\.error?.code) == [.transient])
  }

  @Test("By configuration a task without an able child goes back at once, and when the last able child goes")
  func unableReturns() {
    var node = RouterHarness { $0.whenUnable = .giveBack }
    #expect(node.take("t").results.map(\.error?.code) == [.transient])
    node.register("w")
    #expect(node.take("u").results.isEmpty)
    node.heartbeat("w", status: WorkerStatus.offline)
    #expect(node.performed.results.map(\.error?.code) == [.transient])
  }

  @Test("Beyond the limit of waiting tasks a task goes back as RESOURCE_EXHAUSTED_ERROR")
  func queueLimit() {
    var node = RouterHarness { $0.maximumQueuedTasks = 2 }
    #expect(node.take("a").results.isEmpty)
    #expect(node.take("b").results.isEmpty)
    #expect(node.take("c").results.map(\.error?.code) == [.resourceExhausted])
  }

  @Test("A poll ends without a task when its wait is over, or when the wait exceeds the limit")
  func pollExpires() {
    var node = RouterHarness()
    node.register("w")
    let short = node.poll("w", wait: .seconds(5))
    let long = node.poll("w", wait: .seconds(3600))
    #expect(node.wait(.seconds(5)).noTask == [short])
    node.heartbeat("w")
    #expect(node.wait(.seconds(40)).noTask.isEmpty)
    node.heartbeat("w")
    #expect(node.wait(.seconds(15)).noTask == [long])
    let none = node.poll("w", wait: .zero)
    #expect(node.performed.noTask == [none])
  }

  @Test("An abandoned poll gets no task")
  func abandoned() {
    var node = RouterHarness()
    node.register("w")
    node.send(.callAbandoned(node.poll("w")))
    #expect(node.take("t").handOuts.isEmpty)
  }

  @Test("One poll too many ends the child's oldest")
  func pollLimit() {
    var node = RouterHarness { $0.maximumParkedPollsPerChild = 2 }
    node.register("w")
    let oldest = node.poll("w")
    node.poll("w")
    node.poll("w")
    #expect(node.performed.noTask == [oldest])
    #expect(node.router.parkedPollCount == 2)
  }

  @Test("A hand-out that could not be written gives the task back at once, without counting")
  func handOutFailed() {
    var node = RouterHarness { $0.maximumAttempts = 1 }
    node.register("a")
    node.register("b")
    let call = node.poll("a")
    node.take("t")
    node.poll("b")
    node.send(.handOutFailed(call, RouterHarness.key("t")))
    #expect(node.performed.handOuts == ["t>b"])
    node.send(.handOutFailed(call, RouterHarness.key("t")))
    #expect(node.actions.isEmpty)
  }

  @Test("Draining ends parked polls, hands nothing out, asks for nothing, and holds new polls for a moment")
  func drain() {
    var node = RouterHarness()
    node.register("w")
    let call = node.poll("w")
    #expect(node.router.demand(for: RouterHarness.parent).count == 1)
    #expect(node.send(.drainStarted).noTask == [call])
    #expect(node.take("t").handOuts.isEmpty)
    #expect(node.router.demand(for: RouterHarness.parent).count == 0)
    let later = node.poll("w")
    #expect(node.performed.noTask.isEmpty)
    #expect(node.wait(.seconds(1)).noTask == [later])
  }

  @Test("The demand is a task for each free poll, and the prefetch beyond")
  func demand() {
    var node = RouterHarness()
    node.register("a", skills: ["echo", "render"], hot: ["render"])
    node.register("b", skills: ["zip"])
    #expect(!node.router.canStartSomething)
    node.poll("a", available: ["render"])
    node.poll("a", available: ["render"])
    let ready = TaskDemand(count: 2, availableSkills: ["render"], hotSkills: ["render"])
    #expect(node.router.demand(for: RouterHarness.parent) == ready)
    node.take("t", skill: "zip")
    #expect(node.router.demand(for: RouterHarness.parent).count == 2, "a task for others does not starve the ready")

    var fetching = RouterHarness { $0.prefetch = 2 }
    #expect(fetching.router.demand(for: RouterHarness.parent).count == 0, "no child, no use")
    fetching.register("b", skills: ["zip"])
    let room = TaskDemand(count: 2, availableSkills: ["zip"], hotSkills: [])
    #expect(fetching.router.demand(for: RouterHarness.parent) == room)
    fetching.take("t", skill: "zip")
    #expect(fetching.router.demand(for: RouterHarness.parent).count == 1)
  }
}
