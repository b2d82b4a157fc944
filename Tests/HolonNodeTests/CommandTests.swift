import RXON
import TestSupport
import Testing

@testable import HolonNode

@Suite("Commands of the parent")
struct CommandTests {
  private let cancel = WorkerCommand(command: CommandName.cancelTask, taskID: "t1", jobID: "job")

  /// A task that waits in the node, since no child asks for it.
  private func withQueuedTask(_ body: (Tree, TestChild) async throws -> Void) async throws {
    try await withTree(settings: ["uplinks[0].prefetch": "1"]) { tree in
      let child = try await tree.child()
      tree.parent.hand(task("t1"))
      try await eventually("the task waits") { try await tree.report().tasksQueued == 1 }
      try await body(tree, child)
    }
  }

  @Test("a waiting task is cancelled on the spot by the command channel")
  func cancelQueued() async throws {
    try await withQueuedTask { tree, child in
      try await tree.parent.send(cancel)
      let heard = try await found("the result") { tree.parent.results(of: "t1").first }
      #expect(heard.message.status == TaskStatus.cancelled)
      #expect(try await child.poll(for: .milliseconds(300)) == nil)
    }
  }

  @Test("a waiting task is cancelled on the spot by the answer to a heartbeat")
  func cancelQueuedByHeartbeat() async throws {
    try await withQueuedTask { tree, _ in
      tree.parent.answer(.heartbeat) { _ in .heartbeat(HeartbeatReply(cancelTaskIDs: ["t1"])) }
      let heard = try await found("the result") { tree.parent.results(of: "t1").first }
      #expect(heard.message.status == TaskStatus.cancelled)
    }
  }

  @Test("a command about a running task reaches its holder by its command channel", arguments: ["cancel_task", "tune"])
  func commandToHolder(name: String) async throws {
    try await withTree { tree in
      let child = try await tree.child(holding: "t1")
      let commands = try await child.transport.listenForCommands()
      let command = WorkerCommand(
        command: name, taskID: "t1", jobID: "job", params: .object(["level": .integer(3)]))
      try await tree.parent.send(command)
      #expect(try await commands.first { _ in true } == command)

      #expect(try await child.answer("t1", status: TaskStatus.cancelled) == .accepted)
      let heard = try await found("the result") { tree.parent.results(of: "t1").first }
      #expect(heard.message.status == TaskStatus.cancelled)
      #expect(heard.message.originWorkerID == "w1")
    }
  }

  @Test("a cancellation in a heartbeat's answer reaches a holder without command channel in its own heartbeat's answer")
  func cancelRunningByHeartbeat() async throws {
    try await withTree { tree in
      let child = try await tree.child(holding: "t1")
      tree.parent.answer(.heartbeat) { _ in .heartbeat(HeartbeatReply(cancelTaskIDs: ["t1"])) }
      try await eventually("the child hears of it") { try await child.beat(tasks: ["t1"]).cancelTaskIDs == ["t1"] }
    }
  }

  @Test("a holder that finishes a cancelled task all the same is ignored, and the parent hears cancelled")
  func lateResult() async throws {
    try await withTree { tree in
      let child = try await tree.child(holding: "t1")
      try await tree.parent.send(cancel)
      try await eventually("the child hears of it") { try await child.beat(tasks: ["t1"]).cancelTaskIDs == ["t1"] }
      #expect(try await child.answer("t1") == .ignored(reason: "job_cancelled"))
      let heard = try await found("the result") { tree.parent.results(of: "t1").first }
      #expect(heard.message.status == TaskStatus.cancelled)
    }
  }

  @Test("a command that names no task reaches every child")
  func commandToAll() async throws {
    try await withTree { tree in
      let streams = [
        try await tree.child("w1").transport.listenForCommands(),
        try await tree.child("w2").transport.listenForCommands(),
      ]
      try await eventually("both channels are open") {
        try await tree.report().children.filter(\.isCommandChannelOpen).count == 2
      }
      try await tree.parent.send(WorkerCommand(command: "refresh"))
      for stream in streams { #expect(try await stream.first { _ in true }?.command == "refresh") }
    }
  }
}
