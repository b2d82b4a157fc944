import RXON
import TestSupport
import Testing

@testable import HolonNode

@Suite("Events on their way up")
struct EventTests {
  private func event(
    _ id: String, type: String = "note", origin: String = "w1", chain: [String]? = nil, progress: Double = 0
  ) -> WorkerEventPayload {
    WorkerEventPayload(
      eventID: id, workerID: "w1", originWorkerID: origin, eventType: type,
      payload: .object(["progress": .number(progress)]), bubblingChain: chain)
  }

  @Test("an event goes up by a call, in the node's name, with its sender at the end of its chain")
  func durableEvent() async throws {
    try await withTree { tree in
      let child = try await tree.child()
      try await child.transport.emitEvent(event("e1", origin: "deep", chain: ["middle"]))
      let heard = try await found("the event") { tree.parent.heard.events.first }
      #expect(heard.message.eventID == "e1")
      #expect(heard.message.workerID == Tree.nodeID)
      #expect(heard.message.originWorkerID == "deep")
      #expect(heard.message.bubblingChain == ["middle", "w1"])
    }
  }

  @Test("an event waits while the parent is away, also over a kill")
  func eventWaits() async throws {
    try await withTree { tree in
      let child = try await tree.child()
      _ = try await found("a registration") { tree.parent.heard.registrations.first }
      await tree.parent.stop()
      try await child.transport.emitEvent(event("e1"))
      try await tree.killNode()
      try await tree.parent.start()
      let heard = try await found("the event") { tree.parent.heard.events.first }
      #expect(heard.message.eventID == "e1")
    }
  }

  @Test("progress goes up by the command channel")
  func progress() async throws {
    try await withTree { tree in
      let child = try await tree.child()
      _ = try await found("the node's command channel") { tree.parent.heard.channels.first }
      let commands = try await child.transport.listenForCommands()
      defer { withExtendedLifetime(commands) {} }
      let isSent = await child.transport.emitEventUnanswered(event("e1", type: EventType.progress, progress: 0.5))
      #expect(isSent)
      let heard = try await found("the progress") { tree.parent.heard.unansweredEvents.first }
      #expect(heard.originWorkerID == "w1")
      #expect(heard.payload["progress"]?.doubleValue == 0.5)
      #expect(tree.parent.heard.events.isEmpty)
    }
  }

  @Test("an event that was at this node before goes no further, and is kept among the dead letters")
  func loop() async throws {
    try await withTree { tree in
      let child = try await tree.child()
      try await child.transport.emitEvent(event("e1", origin: "deep", chain: [Tree.nodeID]))
      try await eventually("it is counted") { try await tree.counter("events_dropped", "loop") == 1 }
      #expect(try await tree.report().journal.deadLetters == 1)
      #expect(tree.parent.heard.events.isEmpty)
    }
  }

  @Test("403 duplicate: an event is not taken for delivered, and waits")
  func duplicate() async throws {
    try await withTree { tree in
      tree.parent.answer(.event) { _ in .failure(CallFailure(status: 403, "Duplicate message detected")) }
      let child = try await tree.child()
      try await child.transport.emitEvent(event("e1"))
      try await eventually("the refusal is counted") { try await tree.counter("delivery_failures", "duplicate") == 1 }
      #expect(try await tree.report().uplinks[0].waitingEvents == 1)
    }
  }
}
