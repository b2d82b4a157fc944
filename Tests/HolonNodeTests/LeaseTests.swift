import HolonRouting
import RXON
import RXONHTTP
import TestSupport
import Testing

@testable import HolonNode

@Suite("Leases at a parent that is a Holon")
struct LeaseTests {
  @Test("a poll has a lease, heartbeats tell which are open, and a task is confirmed once it is stored")
  func told() async throws {
    try await withTree { tree in
      let child = try await tree.child()
      let working = Task { try await child.poll() }
      let poll = try await found("a poll") { tree.parent.heard.polls.first }
      let lease = try #require(poll.message.lease.flatMap { Lease($0) })
      let run = tree.parent.heard.registrations.last?.message.metadata?["holon"]?["lease_run"]?.stringValue
      #expect(lease.run == run)
      try await eventually("a heartbeat tells of it") { openLeases(tree)?.contains(lease.number) == true }

      tree.parent.hand(task("t1"))
      #expect(try await working.value?.payload.taskID == "t1")
      try await eventually("a heartbeat names the task, and the lease no more") {
        openLeases(tree)?.contains(lease.number) == false
          && tree.parent.heard.heartbeats.last?.message.currentTasks == ["t1"]
      }
      try await eventually("the receipt is confirmed") {
        tree.parent.heard.receipts == [TaskReceipt(jobID: "job", taskID: "t1")]
      }
      #expect(try await child.answer("t1") == .accepted)
    }
  }

  @Test("a task of which the journal cannot take hold is not confirmed, and what was given twice is confirmed twice")
  func again() async throws {
    try await withTree { tree in
      let child = try await tree.child("w1", holding: "t1")
      try await eventually("the receipt") { tree.parent.heard.receipts.count == 1 }
      try await child.whilePolling {
        tree.parent.hand(task("t1"))
        try await eventually("the receipt once more") { tree.parent.heard.receipts.count == 2 }
      }
      #expect(try await tree.counter("tasks_duplicate") == 1)
    }
  }

  private func openLeases(_ tree: Tree) -> [Int]? {
    tree.parent.heard.heartbeats.last?.message.metadata?["holon"]?["leases"]?["open"]?.elements
      .compactMap(\.integerValue)
  }
}

@Suite("Compression between Holons")
struct CompressionTests {
  @Test(
    "large tasks and results travel small, both sides count it, and either can turn it off", arguments: [true, false])
  func counted(isOn: Bool) async throws {
    try await withTree(settings: ["listen[0].compression": isOn ? "lz4" : "off"]) { tree in
      try await tree.withNode(below: "lower", [:]) { url, lower in
        let worker = try tree.stranger(url: url)
        try await worker.register()
        let large = RawJSON.object(["text": .string(String(repeating: "a large text ", count: 1000))])
        tree.parent.hand(task("t1").setting("params", to: large))
        _ = try await found("the task") { try await worker.poll() }
        try await worker.answer("t1", data: large)
        let result = try await found("the result") { tree.parent.results(of: "t1").first }
        #expect(result.message.data == large)
        let above = try #require(try await tree.report().compression.first { $0.side == "child" })
        let below = try #require(await lower.statusReport().compression.first { $0.side == "uplink" })
        #expect((above.sent.ratio > 5) == isOn)
        #expect((below.sent.ratio > 5) == isOn)
        #expect(above.received.plainBytes == (isOn ? below.sent.plainBytes : 0))
        #expect(below.received.wireBytes == (isOn ? above.sent.wireBytes : 0))
        let metrics = try await tree.report().metrics()
        #expect(metrics.contains(#"holon_compression_ratio{side="child",direction="sent"} "#))
      }
    }
  }
}
