import RXON
import RXONSignatures
import TestSupport
import Testing

@testable import HolonNode

@Suite("What becomes of tasks that cannot be done")
struct TaskPolicyTests {
  private func result(of tree: Tree, _ child: TestChild) async throws -> TaskResult {
    try await child.whilePolling {
      try await found("the result") { tree.parent.results(of: "t1").first }.message
    }
  }

  @Test("a task past its deadline is not started, and answered as timed out")
  func deadline() async throws {
    try await withTree { tree in
      let child = try await tree.child()
      tree.parent.hand(task("t1").setting("deadline", to: .integer(NodeClock.unixSeconds() - 10)))
      let failure = try await result(of: tree, child)
      #expect(failure.status == TaskStatus.failure)
      #expect(failure.error?.code == .timeout)
      #expect(failure.originWorkerID == Tree.nodeID)
    }
  }

  @Test("a task is refused when its signature is not the orchestrator's, and passed on when it is")
  func taskSignature() async throws {
    try await withTree(settings: ["tasks.secret": "orchestrator-secret"]) { tree in
      let child = try await tree.child()
      tree.parent.hand(task("t1").setting("sig", to: .string("forged")))
      let failure = try await result(of: tree, child)
      #expect(failure.error?.code == .security)

      try await eventually("the child's poll is over") { try await tree.report().children[0].parkedPolls == 0 }
      let good = task("t2")
      let signature = try TaskSignature.sign(good, with: HMACSecret("orchestrator-secret"))
      try await eventually("no poll is left") { try await tree.node.router.parkedPollCount == 0 }
      let signed = good.setting("sig", to: .string(signature))
      tree.parent.hand(signed)
      let taken = try await found("the signed task at the child") { try await child.poll() }
      #expect(taken.json == signed)
    }
  }
}
