import RXON
import TestSupport
import Testing

@testable import HolonNode

@Suite("Several parents")
struct SeveralParentsTests {
  private func bothKnow(_ tree: Tree) async throws {
    try await eventually("both parents know the node") {
      try await tree.report().uplinks.allSatisfy { $0.state == "connected" }
    }
  }

  @Test("work is asked of the first parent, and of the second once the first is gone")
  func failover() async throws {
    try await withTree(parents: 2) { tree in
      let (first, second) = (tree.parents[0], tree.parents[1])
      try await bothKnow(tree)
      let child = try await tree.child()
      try await child.whilePolling {
        try await eventually("the first is polled") { first.parkedPolls == 1 }
        #expect(second.heard.polls.isEmpty)
        await first.stop()
        try await eventually("the second is polled") { second.parkedPolls == 1 }
      }
    }
  }

  @Test("a result goes only to the parent of its task, and waits for it")
  func resultsStayApart() async throws {
    try await withTree(parents: 2) { tree in
      let (first, second) = (tree.parents[0], tree.parents[1])
      try await bothKnow(tree)
      let child = try await tree.child(holding: "t1")
      await first.stop()
      second.hand(task("t2"))
      #expect(try await child.poll()?.payload.taskID == "t2")
      try await child.answer("t1")
      try await child.answer("t2")
      _ = try await found("the second's result") { second.results(of: "t2").first }
      try await first.start()
      _ = try await found("the first's result") { first.results(of: "t1").first }
      #expect(first.results(of: "t2").isEmpty)
      #expect(second.results(of: "t1").isEmpty)
    }
  }

  @Test("by weights, both parents are asked")
  func weighted() async throws {
    try await withTree(parents: 2, settings: ["uplink_policy": "weighted"]) { tree in
      try await bothKnow(tree)
      let child = try await tree.child()
      try await child.whilePolling {
        try await child.whilePolling {
          try await eventually("each is polled") { tree.parents.allSatisfy { $0.parkedPolls == 1 } }
        }
      }
    }
  }
}
