import RXON
import TestSupport
import Testing

@testable import HolonNode

@Suite("Being known to the parent")
struct PresenceTests {
  @Test("the node registers as a holon, and tells what its children offer")
  func registration() async throws {
    try await withTree { tree in
      let first = try await found("a registration") { tree.parent.heard.registrations.first }
      #expect(first.message.workerType == "holon")
      #expect(first.message.workerID == Tree.nodeID)
      _ = try await tree.child("w1", skills: ["echo", "add"])
      _ = try await tree.child("w2", skills: ["add", "render"])
      try await eventually("the union of skills is offered") {
        tree.parent.knownSkills == ["add", "echo", "render"]
      }
    }
  }

  @Test("heartbeats say idle while a child waits, and busy when none does")
  func status() async throws {
    try await withTree { tree in
      let child = try await tree.child()
      try await eventually("the node is busy") { tree.parent.lastStatus == WorkerStatus.busy }
      try await child.whilePolling {
        try await eventually("the node is idle") { tree.parent.lastStatus == WorkerStatus.idle }
      }
      try await eventually("the node is busy again") { tree.parent.lastStatus == WorkerStatus.busy }
    }
  }

  @Test("every change of status is told, and never do two heartbeats have one second")
  func oneHeartbeatASecond() async throws {
    try await withTree { tree in
      let child = try await tree.child()
      for _ in 0..<3 {
        try await child.whilePolling {
          try await eventually("idle is told") { tree.parent.lastStatus == WorkerStatus.idle }
        }
        try await eventually("busy is told") { tree.parent.lastStatus == WorkerStatus.busy }
      }
      let times = tree.parent.heard.heartbeats.compactMap(\.message.timestamp)
      #expect(times.count >= 6)
      #expect(zip(times, times.dropFirst()).allSatisfy { $0 < $1 })
    }
  }

  @Test("a heartbeat names the tasks that wait for their end")
  func currentTasks() async throws {
    try await withTree { tree in
      _ = try await tree.child(holding: "t1")
      try await eventually("the task is named") {
        tree.parent.heard.heartbeats.last?.message.currentTasks == ["t1"]
      }
    }
  }

  @Test("a parent that asks for a full sync gets the skills in full")
  func fullSync() async throws {
    try await withTree { tree in
      _ = try await tree.child()
      try await eventually("the skills are known") { tree.parent.knownSkills == ["echo"] }
      tree.parent.answer(.heartbeat) { $0 == 1 ? .heartbeat(HeartbeatReply(requireFullSync: true)) : nil }
      try await eventually("the skills come in a heartbeat") {
        tree.parent.heard.heartbeats.last?.message.supportedSkills?.map(\.name) == ["echo"]
      }
    }
  }

  @Test("a parent that does not know the node any more gets a new registration")
  func forgotten() async throws {
    try await withTree { tree in
      _ = try await found("a heartbeat") { tree.parent.heard.heartbeats.first }
      let before = tree.parent.heard.registrations.count
      tree.parent.answer(.heartbeat) {
        $0 == 1 ? .failure(CallFailure(status: 404, "worker not found")) : nil
      }
      try await eventually("the node registers again") { tree.parent.heard.registrations.count > before }
    }
  }
}
