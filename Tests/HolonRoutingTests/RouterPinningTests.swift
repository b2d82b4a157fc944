import HolonRouting
import RXON
import Testing

@Suite("Router: tasks that a parent gave to one child")
struct RouterPinningTests {
  private static let parent = UplinkID("transparent")

  private func lane(_ child: String) -> UplinkID { UplinkID(Self.parent.name, child: child) }

  private func harness(_ change: (inout RouterConfiguration) -> Void = { _ in }) -> RouterHarness {
    RouterHarness {
      $0.uplinks = [Self.parent, RouterHarness.parent]
      $0.childNaming = [Self.parent: ChildNaming(prefix: "site-")]
      change(&$0)
    }
  }

  // MARK: Who gets it

  @Test("Such a task goes to that child, however much better the others are")
  func chosenChild() {
    var node = harness()
    node.register("cheap", costs: ["echo": 1], hot: ["echo"])
    node.register("dear", costs: ["echo": 9])
    node.poll("cheap")
    #expect(node.take("1", from: lane("dear")).handOuts.isEmpty)
    node.poll("dear")
    #expect(node.performed.handOuts == ["1>dear"])
    #expect(node.take("2", from: lane("cheap")).handOuts == ["2>cheap"])
  }

  @Test("Its own tasks and those for anybody wait in one order at the child")
  func oneOrder() {
    var node = harness()
    node.register("a")
    node.take("1", priority: 1)
    node.take("2", priority: 2, from: lane("a"))
    node.take("3", priority: 3)
    node.take("4", priority: 4, from: lane("b"))
    var order: [String] = []
    for _ in 0..<3 {
      node.poll("a")
      order += node.performed.handOuts
    }
    #expect(order == ["3>a", "2>a", "1>a"])
  }

  @Test("A child that cannot do it is not asked, and the parent hears why when it does not want to wait")
  func unable() {
    var node = harness { $0.whenUnable = .giveBack }
    node.register("a", skills: ["zip"])
    node.register("b")
    let result = node.take("1", from: lane("a")).results.first
    #expect(result?.error?.code == .transient)
    #expect(result?.error?.message.contains("a is not here, or not able to do echo") == true)
    #expect(node.performed.destinations == [lane("a")])
  }

  // MARK: When the child is lost

  @Test("A task of a lost child is offered to no other, and goes back when the child does not return in time")
  func lostChild() {
    var node = harness()
    node.register("a")
    node.register("b")
    node.take("1", from: lane("a"))
    node.poll("a")
    #expect(node.performed.handOuts == ["1>a"])
    node.take("2", from: lane("a"))
    node.heartbeat("a", status: WorkerStatus.offline)
    node.poll("b", wait: .seconds(60))
    let returned = node.router.configuration.returnTimeout
    var results = node.wait(returned - .seconds(1)).results
    #expect(results.isEmpty)
    results = node.wait(.seconds(2)).results
    #expect(results.map(\.taskID) == ["1", "2"])
    #expect(results.allSatisfy { $0.error?.code == .transient })
    #expect(node.performed.destinations == [lane("a"), lane("a")])
  }

  @Test("A child that returns in time gets its tasks")
  func returningChild() {
    var node = harness()
    node.take("1", from: lane("a"))
    node.wait(.seconds(60))
    node.register("a")
    node.wait(.seconds(30))
    node.poll("a")
    #expect(node.performed.handOuts == ["1>a"])
  }

  @Test("The tasks of a child that is shut out go back at once")
  func revokedChild() {
    var node = harness()
    node.register("a")
    node.take("1", from: lane("a"))
    node.take("2", from: lane("b"))
    let results = node.send(.childRevoked(child: "a")).results
    #expect(results.map(\.taskID) == ["1"])
  }

  @Test("Attempts are counted as for every task")
  func attempts() {
    var node = harness()
    for attempt in 1...3 {
      node.register("a")
      if attempt == 1 { node.take("1", from: lane("a")) }
      node.poll("a")
      #expect(node.performed.handOuts == ["1>a"])
      node.heartbeat("a", status: WorkerStatus.offline)
    }
    #expect(node.performed.results.first?.error?.code == .transient)
  }

  @Test("After a restart a task is still meant for its child")
  func restart() {
    var node = harness()
    let record = TaskRecord(
      key: RouterHarness.key("1"), uplink: lane("a"), skill: "echo", priority: 0, deadline: nil, assignedTo: nil,
      attempts: 0, takenAt: 0, content: [])
    node.router.restore(JournalSnapshot(tasks: [record]), at: node.now)
    node.register("b")
    node.poll("b")
    #expect(node.performed.handOuts.isEmpty)
    node.register("a")
    node.poll("a")
    #expect(node.performed.handOuts == ["1>a"])
    node.result("1", from: "a")
    #expect(node.performed.destinations == [lane("a")])
  }

  // MARK: When the parent changes its mind

  @Test("A task that the parent gives to another of the children is taken from the first")
  func movedTask() {
    var node = harness()
    node.register("a")
    node.register("b")
    node.poll("a")
    node.poll("b")
    node.take("1", from: lane("a"))
    #expect(node.take("1", from: lane("b")).handOuts == ["1>b"])
    #expect(node.result("1", from: "a") == .ignored(reason: IgnoredReason.workerMismatch.rawValue))
    #expect(node.result("1", from: "b") == .accepted)
    #expect(node.performed.destinations == [lane("b")])
  }

  @Test("Given to another while its result is on its way, it is done again once the parent has answered that")
  func movedAfterItsResult() {
    var node = harness()
    node.register("a")
    node.register("b")
    node.poll("a")
    node.take("1", from: lane("a"))
    node.result("1", from: "a")
    node.poll("b")
    #expect(node.take("1", from: lane("b")).handOuts.isEmpty)
    // Else a Holon above would think that the answer to its poll was lost.
    #expect(node.router.currentTaskIDs(for: lane("b")) == ["1"])
    node.settle("1")
    #expect(node.performed.handOuts == ["1>b"])
    #expect(node.router.currentTaskIDs(for: lane("a")).isEmpty)
  }

  @Test("The same task of another parent is the same task")
  func duplicate() {
    var node = harness()
    node.register("a")
    node.take("1", from: lane("a"))
    #expect(node.take("1", from: RouterHarness.parent).incidents == [.taskDuplicate(RouterHarness.key("1"))])
  }

  // MARK: Demand

  @Test("A child's demand is its own polls, with the skills that they ask for")
  func demand() {
    var node = harness()
    node.register("a", skills: ["echo", "zip"], hot: ["zip"])
    node.register("b", skills: ["render"])
    node.poll("b")
    #expect(node.router.demand(for: lane("a")).count == 0)
    node.poll("a", available: ["zip"])
    node.poll("a", available: ["zip"])
    #expect(
      node.router.demand(for: lane("a")) == TaskDemand(count: 2, availableSkills: ["zip"], hotSkills: ["zip"]))
    #expect(node.router.demand(for: RouterHarness.parent).count == 3)
    node.heartbeat("a", status: WorkerStatus.draining)
    #expect(node.router.demand(for: lane("a")).count == 0)
    #expect(node.router.demand(for: lane("nobody")).count == 0)
  }

  @Test("The prefetch is each child's own")
  func prefetch() {
    var node = harness { $0.prefetchOfUplink = [Self.parent: 2] }
    node.register("a")
    node.register("b")
    node.take("1", from: lane("a"))
    #expect(node.router.demand(for: lane("a")).count == 1)
    #expect(node.router.demand(for: lane("b")) == TaskDemand(count: 2, availableSkills: ["echo"], hotSkills: []))
  }

  @Test("A task that was refused stays so when it takes the place of one that is still being answered")
  func refusedSuccessor() {
    var node = harness()
    for child in ["a", "b"] { node.register(child) }
    node.poll("a")
    node.take("1", from: lane("a"))
    #expect(node.result("1", from: "a") == .accepted)
    node.poll("b")
    node.send(.taskRefused(RouterHarness.task("1"), from: lane("b"), .security, reason: "the signature is wrong"))
    #expect(node.performed.handOuts.isEmpty)
    node.settle("1")
    #expect(node.performed.handOuts.isEmpty)
    #expect(node.performed.results.map(\.error?.code) == [.security])
    #expect(node.performed.destinations == [lane("b")])
  }

  // MARK: Commands, events

  @Test("A command of the parent to one worker goes to that child, whatever task it names")
  func commands() {
    var node = harness()
    for child in ["a", "b"] {
      node.register(child)
      node.send(.childCommandChannelOpened(child: child))
      node.poll(child)
    }
    node.take("1", from: lane("a"))
    for task in ["1", "unheard-of", nil] {
      let command = WorkerCommand(command: "announce", taskID: task)
      #expect(node.send(.commandArrived(command, from: lane("b"))).commands == ["announce>b"])
    }
    let stop = WorkerCommand(command: CommandName.cancelTask, taskID: "1")
    #expect(node.send(.commandArrived(stop, from: lane("b"))).commands == ["cancel_task>b"])
    #expect(node.send(.commandArrived(stop, from: lane("a"))).commands == ["cancel_task>a"])
    #expect(node.result("1", from: "a", status: TaskStatus.cancelled) == .accepted)
  }

  @Test("A cancellation of a task that waits for its child is answered here")
  func cancelledWhileWaiting() {
    var node = harness()
    node.register("a")
    node.take("1", from: lane("a"))
    let results = node.send(.cancellationsArrived(taskIDs: ["1"], from: lane("a"))).results
    #expect(results.map(\.status) == [TaskStatus.cancelled])
    #expect(node.performed.destinations == [lane("a")])
  }

  @Test("What a child says of itself goes up under its own name, where the parent can know it")
  func events() {
    var node = harness()
    let long = String(repeating: "x", count: 128)
    for child in ["a", long] {
      node.register(child)
      let event = WorkerEventPayload(
        eventID: "e-\(child.prefix(1))", workerID: child, originWorkerID: child, eventType: "alarm",
        payload: .emptyObject)
      node.send(.eventArrived(node.call(), child: child, event))
      #expect(node.performed.destinations == [child == "a" ? lane("a") : RouterHarness.parent])
    }
  }

  @Test("Parents can be told of every child that comes, changes or goes")
  func changes() {
    var node = harness()
    #expect(node.register("a").changedChildren == ["a"])
    node.heartbeat("a", status: WorkerStatus.busy)
    #expect(node.performed.changedChildren == ["a"])
    node.heartbeat("a", status: WorkerStatus.busy)
    #expect(node.performed.changedChildren.isEmpty)
    node.heartbeat("a", status: WorkerStatus.offline)
    #expect(node.performed.changedChildren == ["a"])
    #expect(node.router.childProfile("a") == nil)
  }

  @Test("A name is made of the prefix and the child's id, where that is an identifier")
  func names() {
    let naming = ChildNaming(prefix: "site-")
    #expect(naming.name(of: "w1") == "site-w1")
    #expect(naming.name(of: String(repeating: "x", count: 123))?.utf8.count == 128)
    #expect(naming.name(of: String(repeating: "x", count: 124)) == nil)
    #expect(ChildNaming(prefix: "").name(of: "w1") == "w1")
  }
}
