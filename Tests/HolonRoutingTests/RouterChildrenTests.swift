import HolonRouting
import RXON
import Testing

@Suite("Router: children come and go")
struct RouterChildrenTests {
  @Test("An unknown child is told to register again")
  func unknown() {
    var node = RouterHarness()
    node.heartbeat("w")
    #expect(node.performed.refusals.first?.status == 404)
    #expect(node.performed.refusals.first?.message.contains("not found") == true)
    node.poll("w")
    #expect(node.performed.refusals.first?.status == 404)
    node.result("t", from: "w")
    #expect(node.performed.refusals.first?.status == 404)
  }

  @Test("A registration that would close a loop, or is too deep, is refused with 409")
  func loops() {
    var node = RouterHarness { $0.maximumDepth = 2 }
    #expect(node.register("h", isHolon: true, below: ["h", "node"]).refusals.first?.status == 409)
    #expect(node.register("node").refusals.first?.status == 409)
    #expect(node.register("h", isHolon: true, below: ["a", "b"], depth: 3).refusals.first?.status == 409)
    #expect(node.register("h", isHolon: true, below: ["a", "b", "c", "d"], depth: 2).refusals.isEmpty)
    #expect(node.router.childCount == 1)
  }

  @Test("Registering and leaving change the offer")
  func offer() {
    var node = RouterHarness()
    #expect(node.register("w").offersChange)
    #expect(node.router.liveRegistrations.map(\.workerID) == ["w"])
    node.heartbeat("w")
    #expect(!node.performed.offersChange)
    node.heartbeat("w", available: ["echo"])
    #expect(node.performed.offersChange)
    node.heartbeat("w", status: WorkerStatus.draining)
    #expect(node.performed.offersChange)
    #expect(node.router.liveRegistrations.isEmpty)
    node.heartbeat("w", status: WorkerStatus.offline)
    #expect(node.performed.offersChange)
    #expect(node.router.childCount == 0)
  }

  @Test("A skills hash that differs from the known one asks for a full synchronisation")
  func fullSync() {
    var node = RouterHarness()
    node.register("w")
    #expect(node.heartbeat("w", hash: "1")?.requireFullSync == false)
    #expect(node.heartbeat("w", hash: "1")?.requireFullSync == false)
    #expect(node.heartbeat("w", hash: "2")?.requireFullSync == true)
  }

  @Test("A busy child's parked poll is ready; a draining child's is not")
  func status() {
    var node = RouterHarness()
    node.register("w")
    node.heartbeat("w", status: WorkerStatus.busy)
    node.poll("w")
    node.heartbeat("w", status: WorkerStatus.draining)
    #expect(node.take("t").handOuts.isEmpty)
    node.heartbeat("w", status: WorkerStatus.busy)
    #expect(node.performed.handOuts == ["t>w"])
  }

  @Test("A silent child is lost after the timeout, and its tasks are offered again")
  func silent() {
    var node = RouterHarness()
    node.register("a")
    node.poll("a")
    node.take("t")
    node.wait(.seconds(40))
    node.register("b")
    node.poll("b")
    #expect(node.wait(.seconds(4)).handOuts.isEmpty)
    let actions = node.wait(.seconds(2))
    #expect(actions.handOuts == ["t>b"])
    #expect(actions.incidents.contains(.childLost("a", reason: "silent")))
  }

  @Test("A child whose connections are gone is lost after the grace, unless it calls")
  func disconnected() {
    var node = RouterHarness()
    node.register("w")
    node.send(.childCommandChannelOpened(child: "w"))
    node.send(.childCommandChannelClosed(child: "w"))
    node.wait(.seconds(9))
    node.heartbeat("w")
    #expect(node.wait(.seconds(20)).incidents.isEmpty)
    node.send(.callAbandoned(node.poll("w")))
    #expect(node.wait(.seconds(11)).incidents == [.childLost("w", reason: "disconnected")])
  }

  @Test("A lost child's tasks are tried a limited number of times, then fail as TRANSIENT_ERROR")
  func attempts() {
    var node = RouterHarness { $0.maximumAttempts = 2 }
    node.take("t")
    var results: [TaskResult] = []
    for id in ["a", "b"] {
      node.register(id)
      node.poll(id)
      #expect(node.performed.handOuts == ["t>\(id)"])
      node.heartbeat(id, status: WorkerStatus.offline)
      results += node.performed.results
    }
    #expect(results.map(\.error?.code) == [.transient])
  }

  @Test("A child that was believed lost keeps a task that it still claims, if none other has it")
  func claims() {
    var node = RouterHarness()
    for id in ["a", "b"] { node.register(id) }
    for id in ["t", "u"] {
      node.poll("a")
      node.take(id)
    }
    node.poll("b", wait: .seconds(60))
    node.wait(.seconds(30))
    node.heartbeat("b")
    #expect(node.wait(.seconds(16)).handOuts == ["t>b"])
    node.register("a")
    node.heartbeat("a", tasks: ["t", "u"])
    #expect(node.router.taskCounts.queued == 0)
    #expect(node.result("t", from: "a") == .ignored(reason: "worker_mismatch"))
    #expect(node.result("u", from: "a") == .accepted)
    #expect(node.result("t", from: "b") == .accepted)
  }

  @Test("A child that comes back before another took its tasks keeps them: their results may be on the way")
  func returns() {
    var node = RouterHarness()
    node.register("a")
    node.poll("a")
    node.take("t")
    node.wait(.seconds(46))
    #expect(node.router.taskCounts.queued == 1)
    node.register("a")
    node.poll("a")
    node.heartbeat("a", tasks: [])
    #expect(node.router.taskCounts == TaskCounts(queued: 0, running: 1, answered: 0))
    #expect(node.result("t", from: "a") == .accepted)
  }

  @Test("A child that said it goes offline has no tasks when it comes back")
  func offlineEndsTasks() {
    var node = RouterHarness()
    node.register("a")
    node.poll("a")
    node.take("t")
    node.heartbeat("a", status: WorkerStatus.offline)
    node.register("a")
    node.poll("a")
    #expect(node.performed.handOuts == ["t>a"])
  }

  @Test("What a Holon names as it stops is in its journal: it is expected back with it, and the rest is over")
  func offlineHolon() {
    var node = RouterHarness()
    node.register("a", isHolon: true)
    for task in ["kept", "lost"] {
      node.poll("a")
      node.take(task)
    }
    node.heartbeat("a", status: WorkerStatus.offline, tasks: ["kept"])
    node.register("b")
    node.poll("b")
    #expect(node.performed.handOuts == ["lost>b"])
    node.poll("b")
    #expect(node.performed.handOuts == [])
    node.register("a", isHolon: true)
    node.heartbeat("a", tasks: ["kept"])
    #expect(node.router.taskCounts.running == 2)
  }

  @Test("A Holon that stopped and does not return loses what it named")
  func offlineForGood() {
    var node = RouterHarness()
    node.register("a", isHolon: true)
    node.poll("a")
    node.take("t")
    node.heartbeat("a", status: WorkerStatus.offline, tasks: ["t"])
    node.wait(.seconds(70))
    node.register("b")
    node.poll("b")
    #expect(node.performed.handOuts == [])
    #expect(node.wait(.seconds(10)).handOuts == ["t>b"])
  }

  @Test("A task that two heartbeats of a Holon in a row do not claim did not reach it")
  func unclaimed() {
    var node = RouterHarness()
    node.register("a", isHolon: true)
    node.poll("a")
    node.take("t")
    node.heartbeat("a", tasks: [])
    node.wait(.seconds(6))
    node.heartbeat("a", tasks: [])
    #expect(node.router.taskCounts.running == 1)
    node.heartbeat("a", tasks: ["t"])
    node.heartbeat("a", tasks: [])
    #expect(node.router.taskCounts.running == 1)
    node.heartbeat("a", tasks: [])
    #expect(node.router.taskCounts.queued == 1)
  }

  @Test("A task that a worker does not claim any more may have its result on the way, but not for ever")
  func resultOnTheWay() {
    var node = RouterHarness()
    node.register("a")
    for id in ["t", "u"] {
      node.poll("a")
      node.take(id)
    }
    node.heartbeat("a", tasks: ["t", "u"])
    node.wait(.seconds(14))
    for _ in 1...3 { node.heartbeat("a", tasks: []) }
    node.wait(.seconds(15))
    node.heartbeat("a", tasks: [])
    #expect(node.router.taskCounts.running == 2)
    #expect(node.result("t", from: "a") == .accepted)
    node.wait(.seconds(5))
    node.heartbeat("a", tasks: [])
    #expect(node.router.taskCounts.queued == 1)
  }
}
