import RXON
import Testing

@testable import HolonRouting

@Suite("Router: leases")
struct RouterLeaseTests {
  /// A node with a Holon below.
  private static func holon() -> (RouterHarness, OpenLeases) {
    var node = RouterHarness()
    let leases = OpenLeases(run: "run")
    node.register("h", isHolon: true, leases: leases)
    return (node, leases)
  }

  @Test("A task whose answer was lost is given back at the first heartbeat, and the attempt does not count")
  func lostAnswer() {
    var (node, leases) = Self.holon()
    let lease = leases.make()
    node.poll("h", lease: lease)
    #expect(node.take("t").handOuts == ["t>h"])
    leases.close(lease)
    node.poll("h", lease: leases.make())
    node.heartbeat("h", tasks: [], leases: leases)
    #expect(node.performed.handOuts == ["t>h"])
    #expect(node.performed.changes == [.taskAssigned(RouterHarness.key("t"), child: "h", attempts: 1)])
    #expect(node.performed.incidents.contains(.taskReturned(RouterHarness.key("t"), child: "h", reason: "answer_lost")))
  }

  @Test("Answers with a task that are lost again and again count at last, so that it ends")
  func lostForEver() {
    var (node, leases) = Self.holon()
    var lease = leases.make()
    node.poll("h", lease: lease)
    node.take("t")
    for _ in 0..<20 where node.router.taskCounts.running == 1 {
      leases.close(lease)
      lease = leases.make()
      node.poll("h", lease: lease)
      node.heartbeat("h", tasks: [], leases: leases)
    }
    #expect(node.router.taskCounts.answered == 1)
  }

  @Test("A task is waited for while the child's poll has not ended")
  func openLease() {
    var (node, leases) = Self.holon()
    let lease = leases.make()
    node.poll("h", lease: lease)
    node.take("t")
    for _ in 0..<5 {
      node.wait(.seconds(10))
      node.heartbeat("h", tasks: [], leases: leases)
    }
    #expect(node.router.taskCounts.running == 1)
  }

  @Test("A heartbeat from before the poll says nothing of its task")
  func earlierHeartbeat() {
    var (node, leases) = Self.holon()
    let before = leases
    node.poll("h", lease: leases.make())
    node.take("t")
    node.heartbeat("h", tasks: [], leases: before)
    #expect(node.router.taskCounts.running == 1)
  }

  @Test("A task that the child claims or has confirmed stays its own")
  func keeps() {
    var (node, leases) = Self.holon()
    for task in ["t", "u"] {
      let lease = leases.make()
      node.poll("h", lease: lease)
      node.take(task)
      leases.close(lease)
    }
    node.send(.receiptsConfirmed(child: "h", [RouterHarness.key("u")]))
    node.heartbeat("h", tasks: ["t"], leases: leases)
    #expect(node.router.taskCounts.running == 2)
    node.heartbeat("h", tasks: [], leases: leases)
    #expect(node.router.taskCounts.running == 1, "the one that was claimed only is not, any more")
    #expect(node.result("u", from: "h") == .accepted)
  }

  @Test("Nobody confirms for another, and a plain worker has no leases")
  func strangers() {
    var (node, leases) = Self.holon()
    node.register("w", skills: ["other"], leases: leases)
    let lease = leases.make()
    node.poll("h", lease: lease)
    node.take("t")
    leases.close(lease)
    node.send(.receiptsConfirmed(child: "w", [RouterHarness.key("t")]))
    node.heartbeat("h", tasks: [], leases: leases)
    #expect(node.router.taskCounts.queued == 1)
    let plain = leases.make()
    node.poll("w", lease: plain)
    node.take("v", skill: "other")
    leases.close(plain)
    node.heartbeat("w", tasks: [], leases: leases)
    #expect(node.router.taskCounts.running == 1)
  }

  @Test("A child that starts anew before it stored the task gives it back, and the attempt counts")
  func crash() {
    var (node, leases) = Self.holon()
    node.poll("h", lease: leases.make())
    node.take("t")
    var anew = OpenLeases(run: "anew")
    node.register("h", isHolon: true, leases: anew)
    #expect(node.router.taskCounts.running == 1)
    node.heartbeat("h", tasks: [], leases: anew)
    node.poll("h", lease: anew.make())
    #expect(node.performed.changes == [.taskAssigned(RouterHarness.key("t"), child: "h", attempts: 2)])
    // A heartbeat of the run before that comes late.
    node.heartbeat("h", tasks: [], leases: leases)
    #expect(node.router.taskCounts.running == 1)
  }

  @Test("A receipt of a child that was believed lost brings it its task back")
  func lateReceipt() {
    var (node, leases) = Self.holon()
    let lease = leases.make()
    node.poll("h", lease: lease)
    node.take("t")
    leases.close(lease)
    node.wait(.seconds(60))
    #expect(node.router.taskCounts.queued == 1)
    node.register("h", isHolon: true, leases: leases)
    node.send(.receiptsConfirmed(child: "h", [RouterHarness.key("t")]))
    node.heartbeat("h", tasks: ["t"], leases: leases)
    #expect(node.result("t", from: "h") == .accepted)
  }

  @Test("After a restart the task is its holder's, until heartbeats do not claim it")
  func restart() {
    var node = RouterHarness()
    var leases = OpenLeases(run: "run")
    let lease = leases.make()
    leases.close(lease)
    let record = TaskRecord(
      key: RouterHarness.key("t"), uplink: RouterHarness.parent, skill: "echo", priority: 0, deadline: nil,
      assignedTo: "h", attempts: 1, takenAt: 0, content: [])
    node.router.restore(JournalSnapshot(tasks: [record]), at: node.now)
    node.register("h", isHolon: true, leases: leases)
    for _ in 0..<3 {
      #expect(node.router.taskCounts.running == 1)
      node.wait(.seconds(4))
      node.heartbeat("h", tasks: [], leases: leases)
    }
    #expect(node.router.taskCounts.queued == 1)
  }

  @Test("A receipt is confirmed once the task is stored, also when it comes again, and not when it cannot be")
  func confirms() {
    var node = RouterHarness()
    let receipt = { (actions: [RoutingAction]) in
      actions.place { if case .confirmReceipt(RouterHarness.key("t"), _) = $0 { true } else { false } }
    }
    let commit = { (actions: [RoutingAction]) in actions.place { if case .persist = $0 { true } else { false } } }
    node.journalRefuses = true
    #expect(receipt(node.take("t")) == nil)
    node.journalRefuses = false
    let later = node.wait(.seconds(10))
    #expect(commit(later) ?? .max < receipt(later) ?? .min)
    let again = node.take("t")
    #expect(commit(again) ?? .max < receipt(again) ?? .min)
  }

  @Test("Names of leases are read as they are written, and nothing else is")
  func names() {
    var leases = OpenLeases(run: "a-b")
    let lease = leases.make()
    #expect(Lease(lease.description) == lease)
    for text in ["", "-", "a-", "-1", "a-0", "a-x", String(repeating: "a", count: 65) + "-1"] {
      #expect(Lease(text) == nil, "\(text)")
    }
  }
}
