import RXON
import Testing

@Suite("Calls over every wire", .serialized, .timeLimit(.minutes(2)))
struct CallTests {
  private static let task = TaskPayload(
    jobID: "j1", taskID: "t1", type: "echo", params: .object(["text": .string("grüße 😀"), "n": .number(1.5)]))

  @Test("a registration arrives signed, and its reply comes back", arguments: Wires.all)
  func register(wire: any Wire) async throws {
    let parent = StubParent { call in
      let token = TokenResponse(accessToken: "a1", expiresIn: 60, workerID: "w1", refreshToken: "r1")
      call.answer(.registered(RegistrationReply(version: "1.0b17", warning: "old", token: token)))
    }
    try await withWire(wire, parent) { open in
      let skills = [SkillInfo(name: "echo")]
      let reply = try await open.transport.register(WorkerRegistration(workerID: "w1", supportedSkills: skills))
      #expect(reply.warning == "old")
      #expect(reply.token?.accessToken == "a1")
      #expect(open.transport.parentFeatures.isHolon)
      let call = try #require(parent.calls.first)
      guard case .register(let registration) = call.action else { throw UnexpectedCall() }
      #expect(registration.workerID == "w1")
      #expect(registration.supportedSkills == skills)
      #expect(registration.security?.signerID == "w1")
      #expect(registration.security?.signature?.count == 64)
      #expect(registration.timestamp != nil)
      #expect(call.credentials.token == "secret")
      #expect(call.credentials.workerID == "w1")
      #expect(call.credentials.isHolon)
      #expect(call.credentials.protocolVersion == "1.0b17")
    }
  }

  @Test("an access token from the registration is used by the calls after it", arguments: Wires.all)
  func adoptedToken(wire: any Wire) async throws {
    let parent = StubParent()
    parent.answer { call in
      guard case .register = call.action else { return StubParent.acceptEverything(call) }
      let token = TokenResponse(accessToken: "a1", expiresIn: 60, workerID: "w1")
      call.answer(.registered(RegistrationReply(token: token)))
    }
    try await withWire(wire, parent) { open in
      _ = try await open.transport.register(WorkerRegistration(workerID: "w1"))
      _ = try await open.transport.sendResult(TaskResult(jobID: "j1", taskID: "t1"))
      open.transport.forgetTokens()
      _ = try await open.transport.sendResult(TaskResult(jobID: "j1", taskID: "t2"))
      #expect(parent.substantialCalls.map(\.credentials.token) == ["secret", "a1", "secret"])
    }
  }

  @Test("a poll hands over the task in the bytes in which the parent has it", arguments: Wires.all)
  func poll(wire: any Wire) async throws {
    let json = try RawJSON(validating: #"{"job_id":"j1","task_id":"t1","type":"echo","params":{"x":1.0},"new":[null]}"#)
    let parent = StubParent { $0.answer(.task(json)) }
    try await withWire(wire, parent) { open in
      let polled = try await open.transport.pollTask(
        wait: .milliseconds(1500), availableSkills: ["echo", "b"], hotSkills: ["b"])
      #expect(polled?.json.string == json.string)
      #expect(polled?.payload.taskID == "t1")
      guard case .poll(let poll)? = parent.calls.first?.action else { throw UnexpectedCall() }
      #expect(
        poll
          == TaskPoll(
            workerID: "w1", wait: .milliseconds(1500), availableSkills: ["echo", "b"], hotSkills: ["b"]))
    }
  }

  @Test("a poll says whether no skill is available or nothing is said about skills", arguments: Wires.all)
  func skillLists(wire: any Wire) async throws {
    let parent = StubParent()
    try await withWire(wire, parent) { open in
      _ = try await open.transport.pollTask(wait: .zero, availableSkills: [], hotSkills: nil)
      guard case .poll(let poll)? = parent.calls.first?.action else { throw UnexpectedCall() }
      #expect(poll.availableSkills == [])
      #expect(poll.hotSkills == nil)
      #expect(poll.wait == .zero)
    }
  }

  @Test("a poll without a task is nil", arguments: Wires.all)
  func emptyPoll(wire: any Wire) async throws {
    try await withWire(wire) { open in
      let task = try await open.transport.pollTask(wait: .seconds(20), availableSkills: nil, hotSkills: nil)
      #expect(task == nil)
    }
  }

  @Test("results are accepted or ignored, with the sender put on", arguments: Wires.all)
  func results(wire: any Wire) async throws {
    let parent = StubParent { call in
      guard case .result(let result) = call.action else { return call.fail(500, "unexpected") }
      call.answer(.result(result.taskID == "t1" ? .accepted : .ignored(reason: "job_cancelled")))
    }
    try await withWire(wire, parent) { open in
      var result = TaskResult(jobID: "j1", taskID: "t1", data: .object(["ok": .bool(true)]))
      result.originWorkerID = "leaf"
      result.security = SecurityContext(identityChain: ["leaf"])
      let first = try await open.transport.sendResult(result)
      #expect(first == .accepted)
      result.taskID = "t2"
      let second = try await open.transport.sendResult(result)
      #expect(second == .ignored(reason: "job_cancelled"))
      guard case .result(let arrived)? = parent.calls.first?.action else { throw UnexpectedCall() }
      #expect(arrived.workerID == "w1")
      #expect(arrived.originWorkerID == "leaf")
      #expect(arrived.security?.identityChain == ["leaf"])
      #expect(arrived.security?.signature != nil)
      #expect(arrived.data == result.data)
    }
  }

  @Test("a heartbeat's reply carries all it can say", arguments: Wires.all)
  func heartbeat(wire: any Wire) async throws {
    let reply = HeartbeatReply(
      requireFullSync: true, cancelTaskIDs: ["t1", "t2"], nextHeartbeatJitter: .milliseconds(250),
      commands: [WorkerCommand(command: "cancel_task", taskID: "t3")])
    let parent = StubParent { $0.answer(.heartbeat(reply)) }
    try await withWire(wire, parent) { open in
      let answer = try await open.transport.sendHeartbeat(Heartbeat(workerID: "w1", status: "idle"))
      let emptyAnswer = try await open.transport.sendHeartbeat(nil)
      #expect([answer, emptyAnswer] == [reply, reply])
      guard case .heartbeat("w1", let full?) = parent.calls[0].action else { throw UnexpectedCall() }
      #expect(full.status == "idle")
      guard case .heartbeat("w1", nil) = parent.calls[1].action else { throw UnexpectedCall() }
    }
  }

  @Test("a message keeps the timestamp that its caller gave it", arguments: Wires.all)
  func timestamps(wire: any Wire) async throws {
    let parent = StubParent()
    try await withWire(wire, parent) { open in
      var event = WorkerEventPayload(
        eventID: "e1", workerID: "x", originWorkerID: "leaf", eventType: "progress", payload: .emptyObject)
      event.timestamp = 1_700_000_000
      try await open.transport.emitEvent(event)
      guard case .event(let arrived)? = parent.calls.first?.action else { throw UnexpectedCall() }
      #expect(arrived.timestamp == 1_700_000_000)
      #expect(arrived.workerID == "w1")
      #expect(arrived.originWorkerID == "leaf")
    }
  }

  @Test("tokens: the refresh token first, the configured token when the parent has forgotten it", arguments: Wires.all)
  func tokenLadder(wire: any Wire) async throws {
    let parent = StubParent { call in
      switch call.action {
      case .refreshToken: call.fail(401, "unknown refresh token")
      default: StubParent.acceptEverything(call)
      }
    }
    try await withWire(wire, parent) { open in
      let first = try await open.transport.refreshToken()
      let second = try await open.transport.refreshToken()
      #expect([first, second].map(\.accessToken) == ["access", "access"])
      let names = parent.substantialCalls.map { call in
        switch call.action {
        case .issueToken: "issue with \(call.credentials.token ?? "-")"
        case .refreshToken(let token): "refresh with \(token)"
        default: "other"
        }
      }
      #expect(names == ["issue with secret", "refresh with refresh", "issue with secret"])
    }
  }

  @Test("what the caller signs is what the parent can check: the body arrives as it was sent", arguments: Wires.all)
  func body(wire: any Wire) async throws {
    let parent = StubParent()
    try await withWire(wire, parent) { open in
      var result = TaskResult(jobID: "j1", taskID: "t1", data: .object(["é": .string("\u{1}\u{2028}")]))
      result.unknown = [JSONMember(name: "later", value: .array([.null]))]
      _ = try await open.transport.sendResult(result)
      let body = try #require(parent.calls.first?.body)
      #expect(body["later"]?.string == "[null]")
      #expect(body["security"]?["signer_id"]?.stringValue == "w1")
    }
  }

  @Test("payloads of 10 MiB pass both ways", arguments: Wires.all)
  func largePayloads(wire: any Wire) async throws {
    let large = String(repeating: "0123456789abcdef", count: 10 << 16)
    var task = Self.task
    task.params = .object(["large": .string(large)])
    let json = task.rawJSON()
    let parent = StubParent { call in
      if case .poll = call.action { call.answer(.task(json)) } else { StubParent.acceptEverything(call) }
    }
    try await withWire(wire, parent) { open in
      let polled = try await open.transport.pollTask(wait: .seconds(20), availableSkills: nil, hotSkills: nil)
      #expect(polled?.json.count == json.count)
      #expect(polled?.payload.params?["large"]?.count == large.utf8.count + 2)
      _ = try await open.transport.sendResult(
        TaskResult(jobID: "j1", taskID: "t1", data: .object(["large": .string(large)])))
      guard case .result(let arrived)? = parent.substantialCalls.last?.action else { throw UnexpectedCall() }
      #expect(arrived.data?["large"]?.count == large.utf8.count + 2)
    }
  }
}

struct UnexpectedCall: Error {}
