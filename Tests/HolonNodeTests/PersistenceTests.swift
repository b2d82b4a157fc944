import HolonRouting
import RXON
import TestSupport
import Testing

@testable import HolonNode

@Suite("What is kept over outages and restarts")
struct PersistenceTests {
  @Test("a child that heard 200 can rely on it: after a kill the parent still gets the result")
  func killAfterAcknowledgement() async throws {
    try await withTree { tree in
      let child = try await tree.child(holding: "t1")
      await tree.parent.stop()
      #expect(try await child.answer("t1", data: .object(["answer": .integer(42)])) == .accepted)
      try await tree.killNode()
      try await tree.parent.start()
      let heard = try await found("the result") { tree.parent.results(of: "t1").first }
      #expect(heard.message.data?["answer"]?.integerValue == 42)
      #expect(heard.message.originWorkerID == "w1")
    }
  }

  @Test("results wait while the parent is away, and go up after a new registration when it returns")
  func parentAway() async throws {
    try await withTree { tree in
      let child = try await tree.child(holding: "t1")
      await tree.parent.stop()
      let registrations = tree.parent.heard.registrations.count
      #expect(try await child.answer("t1") == .accepted)
      try await eventually("the result waits") { try await tree.report().uplinks[0].waitingResults == 1 }
      try await eventually("the uplink is seen to be down") { try await tree.report().uplinks[0].state != "connected" }

      try await tree.parent.start()
      let heard = try await found("the result") { tree.parent.results(of: "t1").first }
      #expect(tree.parent.heard.registrations.count > registrations)
      #expect(try #require(tree.parent.heard.registrations.last).at < heard.at)
      try await eventually("nothing waits any more") { try await tree.report().uplinks[0].waitingResults == 0 }
    }
  }

  @Test("a node that was restarted while a task was out accepts the result of its holder")
  func restartWithTaskOut() async throws {
    try await withTree { tree in
      let child = try await tree.child(holding: "t1")
      try await tree.stopNode()
      try await tree.startNode()
      // The child may first have to find out that its old connection is gone.
      let reply = try await found("an answer") { try? await child.answer("t1") }
      #expect(reply == .accepted)
      _ = try await found("the result") { tree.parent.results(of: "t1").first }
    }
  }

  @Test("a task of more than 8 MiB is handed out after a restart, too")
  func largeTask() async throws {
    try await withTree { tree in
      let large = String(repeating: "0123456789abcdef", count: 9 << 16)
      let gone = try await tree.child("w1")
      try await gone.whilePolling { try await eventually("a poll is up") { tree.parent.parkedPolls == 1 } }
      try await eventually("the child's poll is gone") { await (try tree.node).router.parkedPollCount == 0 }
      tree.parent.hand(
        .object([
          "job_id": .string("job"), "task_id": .string("t1"), "type": .string("echo"),
          "params": .object(["large": .string(large)]),
        ]))
      try await eventually("the task is here") { try await tree.report().tasksQueued == 1 }
      try await tree.stopNode()
      try await tree.startNode()
      let other = try await tree.child("w2")
      let task = try await other.poll(for: .seconds(20))
      #expect(task?.payload.params?["large"]?.count == large.utf8.count + 2)
    }
  }

  @Test("a restarted node tells a child that it is not known, and the child's task stays its own")
  func childComesBack() async throws {
    try await withTree { tree in
      let child = try await tree.child(holding: "t1")
      try await tree.stopNode()
      try await tree.startNode()
      let failure = try await found("the node's answer") {
        let failure = await child.failure { _ in try await child.beat(tasks: ["t1"]) }
        return failure?.kind == .notFound ? failure : nil
      }
      #expect(failure.message.contains("not found"))
      try await child.register()
      try await child.beat(tasks: ["t1"])
      #expect(try await child.poll(for: .milliseconds(300)) == nil)
      #expect(try await tree.report().tasksRunning == 1)
    }
  }

  @Test("what was delivered is not delivered again after a restart")
  func deliveredOnce() async throws {
    try await withTree { tree in
      let child = try await tree.child(holding: "t1")
      try await child.answer("t1")
      _ = try await found("the result") { tree.parent.results(of: "t1").first }
      try await eventually("the journal is rid of it") { try await tree.report().journal.results == 0 }
      let registrations = tree.parent.heard.registrations.count
      try await tree.stopNode()
      try await tree.startNode()
      try await eventually("the node is back") { tree.parent.heard.registrations.count > registrations }
      try await steadily("the result is not sent again") { tree.parent.results(of: "t1").count == 1 }
      #expect(try await child.answer("t1") == .accepted)
      try await steadily("nor when the child repeats it") { tree.parent.results(of: "t1").count == 1 }
    }
  }

  @Test("a task whose poll went away before the answer was written is given back at once")
  func pollWentAway() async throws {
    try await withTree { tree in
      let gone = try await tree.child("w1")
      let answered = try await tree.loseAnswer(ofPollBy: gone) { tree.parent.hand(task("t1")) }
      #expect(answered)
      let other = try await tree.child("w2")
      let taken = try #require(try await other.poll(for: .seconds(2)))
      #expect(taken.payload.taskID == "t1")
      #expect(try await tree.counter("tasks_returned", "hand_out_failed") == 1)
    }
  }

  @Test("a task that arrives after its poll's child went away waits for the next child")
  func childLeftBeforeTheTask() async throws {
    try await withTree { tree in
      let gone = try await tree.child("w1")
      try await gone.whilePolling {
        try await eventually("a poll is up") { tree.parent.parkedPolls == 1 }
      }
      try await eventually("the child's poll is gone") { await (try tree.node).router.parkedPollCount == 0 }
      tree.parent.hand(task("t1"))
      let other = try await tree.child("w2")
      #expect(try await other.poll(for: .seconds(5))?.payload.taskID == "t1")
    }
  }

  @Test("a child whose connections are gone is lost after a while, and its task is offered to another")
  func lostChild() async throws {
    try await withTree(settings: ["children.grace": "1s"]) { tree in
      let lost = try await tree.child("w1", holding: "t1")
      let commands = try await lost.transport.listenForCommands()
      try await eventually("its channel is open") { try await tree.report().children[0].isCommandChannelOpen }
      let other = try await tree.child("w2")
      await withExtendedLifetime(commands) { lost.transport }.close()
      #expect(try await other.poll()?.payload.taskID == "t1")
      #expect(try await other.answer("t1") == .accepted)
      let heard = try await found("the result") { tree.parent.results(of: "t1").first }
      #expect(heard.message.originWorkerID == "w2")
    }
  }
}
