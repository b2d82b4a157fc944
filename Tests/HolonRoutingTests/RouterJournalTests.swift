import HolonRouting
import RXON
import Testing

@Suite("Router: what the journal keeps and refuses")
struct RouterJournalTests {
  private func record(_ id: String, holder: String?) -> TaskRecord {
    TaskRecord(
      key: RouterHarness.key(id), uplink: RouterHarness.parent, skill: "echo", priority: 0, deadline: nil,
      assignedTo: holder, attempts: holder == nil ? 0 : 1, takenAt: 0, content: [])
  }

  private func restored(_ snapshot: JournalSnapshot) -> RouterHarness {
    var node = RouterHarness()
    node.router.restore(snapshot, at: node.now)
    return node
  }

  @Test("After a restart a waiting task waits, and an assigned one stays its holder's")
  func restore() {
    var node = restored(JournalSnapshot(tasks: [record("held", holder: "a"), record("free", holder: nil)]))
    #expect(node.router.currentTaskIDs(for: RouterHarness.parent) == ["held", "free"])
    node.register("b")
    node.poll("b")
    #expect(node.performed.handOuts == ["free>b"])
    node.poll("b")
    #expect(node.performed.handOuts.isEmpty)
    node.register("a")
    node.heartbeat("a", tasks: ["held"])
    #expect(node.wait(.seconds(20)).handOuts.isEmpty)
    #expect(node.result("held", from: "a") == .accepted)
  }

  @Test("After a restart a holder may answer before it registers")
  func earlyResult() {
    var node = restored(JournalSnapshot(tasks: [record("held", holder: "a")]))
    #expect(node.result("held", from: "a") == .accepted)
    #expect(node.performed.results.count == 1)
  }

  @Test("A holder that comes back without its task, or not at all, loses it")
  func holderGone() {
    var node = restored(JournalSnapshot(tasks: [record("t", holder: "a"), record("u", holder: "b")]))
    node.register("a")
    node.wait(.seconds(6))
    node.heartbeat("a", tasks: [])
    node.wait(.seconds(20))
    node.heartbeat("a", tasks: [])
    #expect(node.router.taskCounts == TaskCounts(queued: 1, running: 1, answered: 0))
    // The reference worker may pause for a minute before it tries again.
    node.wait(.seconds(40))
    #expect(node.router.taskCounts.queued == 1)
    node.wait(.seconds(10))
    #expect(node.router.taskCounts.queued == 2)
  }

  @Test("After a restart results and finished tasks answer re-sends, and are not asked for again")
  func restoredResults() {
    let stored = ResultRecord(
      key: RouterHarness.key("r"), uplink: RouterHarness.parent, status: "success", storedAt: 0, content: [])
    var node = restored(JournalSnapshot(results: [stored], finished: [RouterHarness.key("f")], seenEvents: ["e"]))
    node.register("w")
    #expect(node.result("r", from: "w") == .accepted)
    #expect(node.result("f", from: "w") == .accepted)
    #expect(node.performed.results.isEmpty)
    #expect(node.take("r").incidents == [.taskDuplicate(RouterHarness.key("r"))])
    let event = WorkerEventPayload(
      eventID: "e", workerID: "w", originWorkerID: "w", eventType: "x", payload: .emptyObject)
    #expect(node.send(.eventArrived(nil, child: "w", event)).events.isEmpty)
  }

  @Test("A task that the journal refuses stays, is asked for no more of, and is handed out once it is stored")
  func refusedTask() {
    var node = RouterHarness()
    node.register("w")
    node.poll("w", wait: .seconds(60))
    node.poll("w", wait: .seconds(60))
    node.journalRefuses = true
    let actions = node.take("t")
    #expect(actions.handOuts.isEmpty)
    #expect(actions.refusals.map(\.status) == [503])
    #expect(node.router.demand(for: RouterHarness.parent).count == 0)
    node.journalRefuses = false
    let later = node.wait(.seconds(6))
    #expect(later.handOuts == ["t>w"])
    guard case .taskTaken(let record)? = later.changes.first else { return #expect(Bool(false), "not stored") }
    #expect(!record.content.isEmpty)
    #expect(record.attempts == 1)
  }

  @Test("A result that the journal refuses is refused with 503, and its re-send taken")
  func refusedResult() {
    var node = RouterHarness()
    node.register("w")
    node.poll("w")
    node.take("t")
    node.journalRefuses = true
    #expect(node.result("t", from: "w") == nil)
    #expect(node.performed.refusals.map(\.status) == [503])
    #expect(node.performed.results.isEmpty)
    node.journalRefuses = false
    #expect(node.result("t", from: "w") == .accepted)
    #expect(node.performed.results.count == 1)
  }

  @Test("A failure made here that the journal refuses is stored later")
  func refusedFailure() {
    var node = RouterHarness()
    node.take("t", deadline: node.now.unixSeconds + 5)
    node.journalRefuses = true
    #expect(node.wait(.seconds(6)).results.isEmpty)
    node.journalRefuses = false
    #expect(node.wait(.seconds(6)).results.count == 1)
    #expect(node.wait(.seconds(60)).results.isEmpty)
  }

  @Test("An event that the journal refuses is taken when it is sent again")
  func refusedEvent() {
    var node = RouterHarness()
    node.register("w")
    let event = WorkerEventPayload(
      eventID: "e", workerID: "w", originWorkerID: "w", eventType: "x", payload: .emptyObject)
    node.journalRefuses = true
    #expect(node.send(.eventArrived(node.call(), child: "w", event)).refusals.map(\.status) == [503])
    node.journalRefuses = false
    #expect(node.send(.eventArrived(node.call(), child: "w", event)).events.count == 1)
  }

  @Test("A refused event is no reason to ask for no more tasks, a refused task is")
  func refusedEventAndWork() {
    var node = RouterHarness()
    node.register("w")
    let event = WorkerEventPayload(
      eventID: "e", workerID: "w", originWorkerID: "w", eventType: "x", payload: .emptyObject)
    node.journalRefuses = true
    node.send(.eventArrived(node.call(), child: "w", event))
    #expect(node.router.takesWork)
    node.take("t")
    #expect(!node.router.takesWork)
  }

  @Test("A task whose content the journal has lost goes back to its parent")
  func lostContent() {
    var node = RouterHarness()
    node.register("w")
    let call = node.poll("w")
    node.take("t")
    #expect(node.send(.contentLost(call, RouterHarness.key("t"))).results.map(\.error?.code) == [.transient])
    #expect(node.router.taskCounts == TaskCounts(queued: 0, running: 0, answered: 1))
  }
}
