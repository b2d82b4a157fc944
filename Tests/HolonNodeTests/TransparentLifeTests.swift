import RXON
import TestSupport
import Testing

@testable import HolonNode

@Suite("Children that are workers of their own come and go")
struct TransparentLifeTests {
  // MARK: A child that is lost

  @Test("when a child goes, its worker alone disappears, and the session ends")
  func lostChild() async throws {
    try await withTransparentTree { tree in
      let first = try await tree.knownChild("w1")
      _ = try await tree.knownChild("w2")
      try await first.beat(WorkerStatus.offline)
      try await eventually("it is said") {
        tree.parent.lastHeartbeat(of: "site-w1")?.status == WorkerStatus.offline
      }
      try await eventually("the session has ended") {
        try await tree.report().uplinks[0].workers.map(\.id) == ["site-w2"]
      }
      #expect(tree.parent.lastHeartbeat(of: "site-w2")?.status == WorkerStatus.idle)
    }
  }

  @Test("a child that comes back is registered anew")
  func returningChild() async throws {
    try await withTransparentTree { tree in
      let child = try await tree.knownChild("w1")
      try await child.beat(WorkerStatus.offline)
      try await eventually("it is gone") { try await tree.report().uplinks[0].workers.isEmpty }
      let before = tree.parent.registrations(of: "site-w1").count
      // The same words within a second would be a replay.
      try await child.register(skills: ["echo", "zip"])
      try await eventually("it is known") { tree.parent.registrations(of: "site-w1").count > before }
      try await eventually("it is idle") {
        tree.parent.lastHeartbeat(of: "site-w1")?.status == WorkerStatus.idle
      }
    }
  }

  @Test("what was acknowledged to a child that is gone is delivered when the parent is back, without a registration")
  func leftBehind() async throws {
    try await withTransparentTree { tree in
      let child = try await tree.knownChild(holding: "t1")
      await tree.parent.stop()
      try await eventually("the parent is missed") { try await tree.report().uplinks[0].state != "connected" }
      #expect(try await child.answer("t1") == .accepted)
      try await child.beat(WorkerStatus.offline)
      let registrations = tree.parent.registrations(of: "site-w1").count
      try await tree.parent.start()
      let heard = try await found("the result", within: .seconds(40)) { tree.parent.results(of: "t1").first }
      #expect(heard.message.workerID == "site-w1")
      try await eventually("the session has ended") { try await tree.report().uplinks[0].workers.isEmpty }
      #expect(tree.parent.registrations(of: "site-w1").count == registrations)
    }
  }

  @Test("a parent that takes nothing of unknown workers gets a registration without skills before what is left")
  func unknownAtTheParent() async throws {
    try await withTransparentTree { tree in
      let child = try await tree.knownChild(holding: "t1")
      await tree.parent.stop()
      try await eventually("the parent is missed") { try await tree.report().uplinks[0].state != "connected" }
      #expect(try await child.answer("t1") == .accepted)
      try await child.beat(WorkerStatus.offline)
      let before = tree.parent.registrations(of: "site-w1").count
      tree.parent.answer(.result) { $0 == 1 ? .failure(CallFailure(status: 404, "worker not found")) : nil }
      try await tree.parent.start()
      try await eventually("the result came twice", within: .seconds(40)) { tree.parent.results(of: "t1").count == 2 }
      let registration = try #require(tree.parent.registrations(of: "site-w1").dropFirst(before).first)
      #expect(registration.message.supportedSkills == [])
      try await eventually("it is said that the worker is gone") {
        tree.parent.lastHeartbeat(of: "site-w1")?.status == WorkerStatus.offline
      }
    }
  }

  @Test("a task that waits for its child's return is named until then, and goes on with it")
  func awaitedChild() async throws {
    try await withTransparentTree { tree in
      let child = try await tree.knownChild("w1", holding: "t1")
      try await child.beat(WorkerStatus.offline)
      try await eventually("the worker takes no work") {
        tree.parent.lastHeartbeat(of: "site-w1")?.status == WorkerStatus.draining
      }
      let before = tree.parent.heartbeats(of: "site-w1").count
      try await eventually("it is told again") { tree.parent.heartbeats(of: "site-w1").count > before + 1 }
      #expect(tree.parent.lastHeartbeat(of: "site-w1")?.currentTasks == ["t1"])
      #expect(tree.parent.lastHeartbeat(of: "site-w1")?.status == WorkerStatus.draining)
      try await child.register(skills: ["echo"])
      _ = try await found("the task again") { try await child.poll() }
      #expect(try await child.answer("t1") == .accepted)
      _ = try await found("the result") { tree.parent.results(of: "t1").first }
    }
  }

  // MARK: A node that is killed

  @Test("after a kill, tasks of children that are not back yet are named")
  func killWithoutChildren() async throws {
    try await withTransparentTree { tree in
      _ = try await tree.knownChild("w1", holding: "t1")
      try await tree.killNode()
      try await eventually("the task is named") {
        let last = tree.parent.lastHeartbeat(of: "site-w1")
        return last?.status == WorkerStatus.draining && last?.currentTasks == ["t1"]
      }
    }
  }

  @Test("after a kill, results go up under the names of their children, and running tasks go on")
  func kill() async throws {
    try await withTransparentTree { tree in
      let first = try await tree.knownChild("w1", holding: "t1")
      let second = try await tree.knownChild("w2", holding: "t2")
      await tree.parent.stop()
      try await eventually("the parent is missed") { try await tree.report().uplinks[0].state != "connected" }
      #expect(try await first.answer("t1") == .accepted)
      try await tree.killNode()
      try await tree.parent.start()
      let result = try await found("the result", within: .seconds(40)) { tree.parent.results(of: "t1").first }
      #expect(result.message.workerID == "site-w1")

      #expect(try await second.answer("t2") == .accepted)
      let later = try await found("the other's result") { tree.parent.results(of: "t2").first }
      #expect(later.message.workerID == "site-w2")
      #expect(tree.parent.results(of: "t1").count == 1)
    }
  }

  // MARK: Draining and reloading

  @Test("draining is said for each child, and offline at the end")
  func drain() async throws {
    try await withTransparentTree(settings: ["drain.timeout": "20s"]) { tree in
      let child = try await tree.knownChild("w1", holding: "t1")
      _ = try await tree.knownChild("w2")
      let node = try tree.node
      let draining = Task { await node.drain() }
      for worker in ["site-w1", "site-w2"] {
        try await eventually("draining is said") {
          tree.parent.lastHeartbeat(of: worker)?.status == WorkerStatus.draining
        }
      }
      #expect(try await child.answer("t1") == .accepted)
      await draining.value
      #expect(tree.parent.results(of: "t1").count == 1)
      for worker in ["site-w1", "site-w2"] {
        #expect(tree.parent.lastHeartbeat(of: worker)?.status == WorkerStatus.offline)
      }
    }
  }

  @Test("with a new prefix the workers of before are gone, and new ones are there")
  func reloadPrefix() async throws {
    try await withTransparentTree { tree in
      _ = try await tree.knownChild("w1")
      try await tree.node.reload(tree.configuration(["uplinks[0].child_prefix": "new-"]))
      try await eventually("the old one is gone") {
        tree.parent.lastHeartbeat(of: "site-w1")?.status == WorkerStatus.offline
      }
      try await eventually("the new one is there") {
        tree.parent.lastHeartbeat(of: "new-w1")?.status == WorkerStatus.idle
      }
    }
  }

  @Test("where only a token is new, workers change hands and are never said to be gone")
  func reloadToken() async throws {
    try await withTransparentTree { tree in
      let child = try await tree.knownChild("w1", holding: "t1")
      let before = tree.parent.registrations(of: "site-w1").count
      try await tree.node.reload(tree.configuration(["HOLON_UPLINKS_0_CHILD_TOKENS_w1": "new-token"]))
      try await eventually("it is registered with the new token") {
        tree.parent.registrations(of: "site-w1").dropFirst(before).contains { $0.credentials.token == "new-token" }
      }
      #expect(try await child.answer("t1") == .accepted)
      _ = try await found("the result") { tree.parent.results(of: "t1").first }
      #expect(tree.parent.heard.heartbeats.allSatisfy { $0.message.status != WorkerStatus.offline })
    }
  }

  @Test("an uplink can become aggregate while the node runs")
  func reloadMode() async throws {
    try await withTransparentTree { tree in
      let child = try await tree.knownChild("w1")
      try await tree.node.reload(
        tree.configuration(["uplinks[0].mode": "aggregate", "uplinks[0].child_prefix": ""]))
      try await child.whilePolling {
        try await eventually("the node polls") { tree.parent.pollers == [Tree.nodeID] }
      }
    }
  }

  // MARK: Several parents

  @Test("failover goes from a parent that knows the children to one that knows the node, and back")
  func failover() async throws {
    try await withTransparentTree(parents: 2) { tree in
      let (first, second) = (tree.parents[0], tree.parents[1])
      let child = try await tree.knownChild("w1")
      try await child.whilePolling {
        try await eventually("the first is asked for the child") { first.pollers == ["site-w1"] }
        await first.stop()
        try await eventually("the second is asked by the node") { second.pollers == [Tree.nodeID] }
        try await first.start()
        try await eventually("the first knows the child again") {
          try await tree.report().uplinks[0].state == "connected"
        }
      }
    }
  }

  @Test("by weights, a parent that knows the children and one that knows the node share what there is to do")
  func weighted() async throws {
    try await withTransparentTree(parents: 2, settings: ["uplink_policy": "weighted"]) { tree in
      let child = try await tree.knownChild("w1")
      try await eventually("both are connected") {
        try await tree.report().uplinks.allSatisfy { $0.state == "connected" }
      }
      try await child.whilePolling {
        try await child.whilePolling {
          try await eventually("each is asked once") {
            tree.parents[0].pollers == ["site-w1"] && tree.parents[1].pollers == [Tree.nodeID]
          }
        }
      }
    }
  }

  // MARK: Many

  @Test("a hundred children are a hundred workers, each with its own task, and all go without a trace")
  func many() async throws {
    try await withTransparentTree { tree in
      let names = (0..<100).map { "w\($0)" }
      for name in names { tree.parent.hand(task("task-of-\(name)"), to: "site-\(name)") }
      try await withThrowingTaskGroup(of: Void.self) { group in
        for name in names {
          let child = try tree.stranger(name)
          group.addTask {
            try await child.register()
            let task = try await found("the task of \(name)") { try await child.poll() }
            #expect(task.payload.taskID == "task-of-\(name)")
            #expect(try await child.answer(task.payload.taskID) == .accepted)
            try await child.beat(WorkerStatus.offline)
          }
        }
        try await group.waitForAll()
      }
      for name in names {
        let heard = try await found("the result of \(name)") { tree.parent.results(of: "task-of-\(name)").first }
        #expect(heard.message.workerID == "site-\(name)")
      }
      try await eventually("no session is left", within: .seconds(40)) {
        try await tree.report().uplinks[0].workers.isEmpty
      }
      #expect(try await tree.report().uplinks[0].openPolls == 0)
      let open = try await tree.node.openPolls
      #expect(open == 0)
    }
  }

  // MARK: Status

  @Test("the status shows each worker, the metrics only how many there are")
  func status() async throws {
    let port = FreePort.find()
    try await withTransparentTree(settings: ["status.url": "http://127.0.0.1:\(port)"]) { tree in
      let status = StatusClient(port: port)
      #expect(try await status.code("/readyz") == 200)
      _ = try await tree.knownChild("w1")
      _ = try await tree.knownChild("w2")
      let report = try RawJSON(validating: try await status.get("/status").body)
      #expect(report["uplinks"]?.elements.first?["mode"]?.stringValue == "transparent")
      #expect(report["uplinks"]?.elements.first?["state"]?.stringValue == "connected")
      #expect(report["workers"]?.elements.compactMap { $0["id"]?.stringValue } == ["site-w1", "site-w2"])
      #expect(report["workers"]?.elements.first?["child"]?.stringValue == "w1")
      let metrics = try await status.get("/metrics").body
      #expect(metrics.contains("holon_uplink_workers{uplink=\"main\",state=\"connected\"} 2\n"))
      #expect(!metrics.contains("site-w1"))
    }
  }
}
