import HolonConfig
import RXON
import TestSupport
import Testing

@testable import HolonNode

@Suite("Starting, draining and reloading")
struct LifecycleTests {
  // MARK: Draining

  @Test("draining is said, running tasks come to their end, results are flushed, then offline is said")
  func drain() async throws {
    try await withTree(settings: ["drain.timeout": "20s"]) { tree in
      let child = try await tree.child(holding: "t1")
      let idle = try await tree.child("w2")
      let poll = Task { try await idle.poll() }
      try await eventually("a poll is up") { tree.parent.parkedPolls == 1 }

      let node = try tree.node
      let draining = Task { await node.drain() }
      #expect(try await poll.value == nil)
      try await eventually("draining is said") { tree.parent.lastStatus == WorkerStatus.draining }
      let polls = tree.parent.heard.polls.count
      tree.parent.endPolls()

      #expect(try await child.answer("t1") == .accepted)
      await draining.value
      #expect(tree.parent.results(of: "t1").count == 1)
      #expect(tree.parent.lastStatus == WorkerStatus.offline)
      #expect(tree.parent.heard.polls.count == polls)
      await node.run()
    }
  }

  @Test("draining ends at its limit, and what is left is in the journal")
  func drainLimit() async throws {
    try await withTree(settings: ["drain.timeout": "1s"]) { tree in
      let child = try await tree.child(holding: "t1")
      try await tree.node.drain()
      try await tree.startNode()
      #expect(try await child.answer("t1") == .accepted)
    }
  }

  // MARK: Reloading

  @Test("a reload takes a new token of the children over")
  func reloadToken() async throws {
    try await withTree { tree in
      let old = try await tree.child("w1")
      try await tree.node.reload(tree.configuration(["children.token": "new-secret"]))
      let failure = await old.failure { _ in try await old.beat() }
      #expect(failure?.status == 403)
      try await tree.stranger("w1", token: "new-secret").register()
    }
  }

  @Test("a reload opens a new uplink and closes one that is gone")
  func reloadUplink() async throws {
    let other = try await ScriptedParent()
    try await other.start()
    try await withTree { tree in
      let child = try await tree.child()
      try await tree.node.reload(tree.configuration(["uplinks[0].url": other.url]))
      _ = try await found("a registration at the new parent") { other.heard.registrations.first }
      other.hand(task("t1"))
      #expect(try await child.poll()?.payload.taskID == "t1")
      try await child.answer("t1")
      _ = try await found("the result at the new parent") { other.results(of: "t1").first }
      #expect(tree.parent.parkedPolls == 0)
    }
    await other.stop()
  }

  @Test("a reload that changes what cannot change is refused, says so, and changes nothing")
  func reloadOfTheFixed() async throws {
    try await withTree { tree in
      let new = try tree.configuration(["id": "other", "children.token": "new-secret"])
      let failure = await #expect(throws: StartFailure.self) { try await tree.node.reload(new) }
      #expect(failure?.message == "id cannot change while the node runs: restart it")
      _ = try await tree.child()
    }
  }

  // MARK: Start failures

  @Test("a port in use is one clear line")
  func portInUse() async throws {
    try await withTree { tree in
      let failure = await tree.startFailure(["journal.path": tree.directory.appending(path: "other.db").path])
      #expect(failure?.kind == .environment)
      #expect(failure?.message.contains("another process uses this port") == true)
      #expect(failure?.message.contains("\n") == false)
    }
  }

  @Test("a journal that another node holds is one clear line")
  func journalLocked() async throws {
    try await withTree { tree in
      let port = FreePort.find()
      let failure = await tree.startFailure(["listen[0].url": "http://127.0.0.1:\(port)"])
      #expect(failure?.kind == .environment)
      #expect(failure?.message.contains("is held by another process") == true)
      #expect(failure?.message.contains("\n") == false)
    }
  }

  @Test("a directory that is not there is one clear line")
  func noDirectory() async throws {
    try await withTree { tree in
      let failure = await tree.startFailure(["journal.path": tree.directory.appending(path: "not/there.db").path])
      #expect(failure?.message.contains("not/there.db") == true)
      #expect(failure?.message.contains("\n") == false)
    }
  }

  @Test("a node that could not start leaves its journal free")
  func failedStartLetsGo() async throws {
    try await withTree { tree in
      let path = tree.directory.appending(path: "other.db").path
      _ = await tree.startFailure(["journal.path": path])
      let port = FreePort.find()
      let configuration = try tree.configuration(["journal.path": path, "listen[0].url": "http://127.0.0.1:\(port)"])
      let node = try await HolonNode.start(configuration: configuration, logger: Tree.silence)
      await node.stop()
    }
  }
}

extension Tree {
  /// Why a second node does not start.
  fileprivate func startFailure(_ changes: [String: String]) async -> StartFailure? {
    await #expect(throws: StartFailure.self) {
      try await HolonNode.start(configuration: self.configuration(changes), logger: Self.silence)
    }
  }
}
