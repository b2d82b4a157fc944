import RXON
import Synchronization
import TestSupport
import Testing

@Suite("Waiting calls over every wire", .serialized, .timeLimit(.minutes(2)))
struct WaitingTests {
  @Test("a poll waits until it is answered, from whatever thread", arguments: Wires.all)
  func lateAnswer(wire: any Wire) async throws {
    let parent = StubParent { _ in }
    try await withWire(wire, parent) { open in
      let poll = Task { try await open.transport.pollTask(wait: .seconds(30), availableSkills: nil, hotSkills: nil) }
      try await eventually { !parent.calls.isEmpty }
      let json = TaskPayload(jobID: "j1", taskID: "t1", type: "echo").rawJSON()
      let written = Mutex<Bool?>(nil)
      try #require(parent.calls.first).answer(.task(json)) { wasWritten in written.withLock { $0 = wasWritten } }
      let task = try await poll.value
      #expect(task?.payload.taskID == "t1")
      try await eventually { written.withLock { $0 } == true }
      #expect(parent.seen.abandonedPolls == 0)
    }
  }

  @Test("a cancelled call ends at once, and the parent learns that its poll was abandoned", arguments: Wires.all)
  func cancellation(wire: any Wire) async throws {
    let parent = StubParent { _ in }
    try await withWire(wire, parent) { open in
      let poll = Task { try await open.transport.pollTask(wait: .seconds(30), availableSkills: nil, hotSkills: nil) }
      try await eventually { !parent.calls.isEmpty }
      poll.cancel()
      await #expect(throws: TransportError.self) { try await within(.seconds(5)) { try await poll.value } }
      try await eventually { parent.seen.abandonedPolls == 1 }
    }
  }

  @Test("an answer to an abandoned poll is reported as not written", arguments: Wires.all)
  func answerAfterAbandonment(wire: any Wire) async throws {
    let parent = StubParent { _ in }
    try await withWire(wire, parent) { open in
      let poll = Task { try await open.transport.pollTask(wait: .seconds(30), availableSkills: nil, hotSkills: nil) }
      try await eventually { !parent.calls.isEmpty }
      poll.cancel()
      try await eventually { parent.seen.abandonedPolls == 1 }
      let written = Mutex<Bool?>(nil)
      try #require(parent.calls.first).answer(.noTask) { wasWritten in written.withLock { $0 = wasWritten } }
      try await eventually { written.withLock { $0 } == false }
    }
  }

  @Test("who asks after the abandonment is told too", arguments: Wires.all)
  func lateWatch(wire: any Wire) async throws {
    let parent = StubParent { _ in }
    try await withWire(wire, parent) { open in
      let call = Task { try await open.transport.sendResult(TaskResult(jobID: "j1", taskID: "t1")) }
      try await eventually { !parent.calls.isEmpty }
      call.cancel()
      _ = await call.result
      let told = Atomic<Bool>(false)
      try await eventually {
        parent.calls[0].onAbandoned { told.store(true, ordering: .relaxed) }
        return told.load(ordering: .relaxed)
      }
    }
  }

  @Test("a second answer to a call is ignored", arguments: Wires.all)
  func secondAnswer(wire: any Wire) async throws {
    let wasAgainWritten = Mutex<Bool?>(nil)
    let parent = StubParent { call in
      call.answer(.result(.accepted))
      call.answer(.result(.ignored(reason: "again"))) { wasWritten in wasAgainWritten.withLock { $0 = wasWritten } }
    }
    try await withWire(wire, parent) { open in
      let first = try await open.sendResult("t1")
      #expect(first == .accepted)
      let second = try await open.sendResult("t2")
      #expect(second == .accepted)
      try await eventually { wasAgainWritten.withLock { $0 } == false }
    }
  }

  @Test("calls pass while polls wait, however many", arguments: Wires.all)
  func backPressure(wire: any Wire) async throws {
    let parent = StubParent.withoutTasks
    try await withWire(wire, parent) { open in
      let polls = (0..<100).map { _ in
        Task { try await open.transport.pollTask(wait: .seconds(30), availableSkills: nil, hotSkills: nil) }
      }
      try await eventually { parent.pollCount >= 50 }
      for number in 0..<20 {
        let reply = try await open.sendResult("t\(number)")
        #expect(reply == .accepted)
      }
      for poll in polls { poll.cancel() }
      for poll in polls { _ = await poll.result }
      try await eventually { parent.seen.abandonedPolls == parent.pollCount }
    }
  }

  @Test("stopping the listener lets an answer that is owed go out", arguments: Wires.all)
  func gracefulStop(wire: any Wire) async throws {
    let parent = StubParent { _ in }
    try await withWire(wire, parent) { open in
      let call = Task { try await open.transport.sendResult(TaskResult(jobID: "j1", taskID: "t1")) }
      try await eventually { !parent.calls.isEmpty }
      async let stopped: Void = open.listener.stop(grace: .seconds(20))
      try #require(parent.calls.first).answer(.result(.accepted))
      let reply = try await call.value
      #expect(reply == .accepted)
      await stopped
    }
  }
}
