import RXON
import TestSupport
import Testing

@Suite("Failures over every wire", .serialized, .timeLimit(.minutes(2)))
struct FailureTests {
  static let refusals: [(CallFailure, TransportError.Kind)] = [
    (CallFailure(status: 400, "bad payload"), .rejected),
    (CallFailure(status: 401, "expired"), .unauthorized),
    (CallFailure(status: 403, "wrong token"), .forbidden),
    (CallFailure(status: 403, "Duplicate message detected (replay attack)"), .duplicate),
    (CallFailure(status: 404, "worker not found"), .notFound),
    (CallFailure(status: 409, "loop"), .conflict),
    (CallFailure(status: 413, "too large"), .payloadTooLarge),
    (CallFailure(status: 429, "slow down", code: .limitExceeded, retryAfter: .seconds(7)), .rateLimited),
    (CallFailure(status: 500, "broken"), .serverError),
    (CallFailure(status: 503, "starting", retryAfter: .seconds(2)), .serverError),
  ]

  @Test("every refusal arrives as its kind, with its text and the time to wait", arguments: Wires.all)
  func refusals(wire: any Wire) async throws {
    let parent = StubParent()
    try await withWire(wire, parent) { open in
      for (failure, kind) in Self.refusals {
        parent.answer { $0.answer(.failure(failure)) }
        let error = await #expect(throws: TransportError.self) {
          try await open.transport.sendResult(TaskResult(jobID: "j1", taskID: "t1"))
        }
        #expect(error?.kind == kind)
        #expect(error?.status == failure.status)
        #expect(error?.message == failure.message)
        #expect(error?.retryAfter == failure.retryAfter)
      }
    }
  }

  @Test("nothing listens: unreachable, nothing was processed", arguments: Wires.all)
  func unreachable(wire: any Wire) async throws {
    try await withWire(wire) { open in
      await open.listener.stop(grace: .zero)
      let error = await #expect(throws: TransportError.self) { try await open.transport.sendHeartbeat(nil) }
      #expect(error?.kind == .unreachable)
    }
  }

  @Test("the parent goes away in mid-call: interrupted, and the next call finds its successor", arguments: Wires.all)
  func interrupted(wire: any Wire) async throws {
    let parent = StubParent { _ in }
    try await withWire(wire, parent) { open in
      let call = Task { try await open.transport.sendResult(TaskResult(jobID: "j1", taskID: "t1")) }
      try await eventually { !parent.calls.isEmpty }
      await open.listener.stop(grace: .zero)
      let error = await #expect(throws: TransportError.self) { try await call.value }
      #expect(error?.kind == .interrupted)

      guard let successor = try await open.reopen?(StubParent()) else { return }
      let first = try await open.sendResult("t1")
      #expect(first == .accepted)
      await successor.stop(grace: .zero)
    }
  }

  @Test("a message that has no canonical form is not sent", arguments: Wires.all)
  func unsendable(wire: any Wire) async throws {
    let parent = StubParent()
    try await withWire(wire, parent) { open in
      let data = try RawJSON(validating: #"{"n":36893488147419103232}"#)
      let error = await #expect(throws: TransportError.self) {
        try await open.transport.sendResult(TaskResult(jobID: "j1", taskID: "t1", data: data))
      }
      #expect(error?.kind == .unsendable)
      #expect(parent.calls.isEmpty)
    }
  }

  @Test("after close every call fails as closed, and closing again does no harm", arguments: Wires.all)
  func closed(wire: any Wire) async throws {
    try await withWire(wire) { open in
      _ = try await open.transport.sendHeartbeat(nil)
      await open.transport.close()
      await open.transport.close()
      let call = await #expect(throws: TransportError.self) { try await open.transport.sendHeartbeat(nil) }
      #expect(call?.kind == .closed)
      let commands = await #expect(throws: TransportError.self) { try await open.transport.listenForCommands() }
      #expect(commands?.kind == .closed)
    }
  }

  @Test("close ends a call that waits for its answer", arguments: Wires.all)
  func closeDuringCall(wire: any Wire) async throws {
    let parent = StubParent { _ in }
    try await withWire(wire, parent) { open in
      let poll = Task { try await open.transport.pollTask(wait: .seconds(30), availableSkills: nil, hotSkills: nil) }
      try await eventually { !parent.calls.isEmpty }
      await open.transport.close()
      let error = await #expect(throws: TransportError.self) { try await poll.value }
      #expect(error?.kind == .closed)
    }
  }
}
