import RXON
import Synchronization
import Testing

@Suite("In-process pair", .timeLimit(.minutes(1)))
struct InProcessTests {
  private func pair(
    isHolon: Bool = false, sign: InProcessTransport.MessageSigner? = nil, _ handler: RecordingHandler
  ) async throws -> (InProcessListener, InProcessTransport) {
    let listener = InProcessListener(isHolon: isHolon, time: { 1_760_000_000 })
    #expect(try await listener.start(handler: handler) == "inprocess://parent")
    return (listener, listener.makeTransport(workerID: "w", token: "t", sign: sign))
  }

  @Test("every call reaches the handler with its identity, and gets its answer")
  func calls() async throws {
    let handler = RecordingHandler { call in
      switch call.action {
      case .register: call.answer(.registered(RegistrationReply(version: "x")))
      case .poll: call.answer(.task(TaskPayload(jobID: "j", taskID: "t", type: "echo").rawJSON()))
      case .result: call.answer(.result(.ignored(reason: "job_cancelled")))
      case .heartbeat: call.answer(.heartbeat(HeartbeatReply(cancelTaskIDs: ["t"])))
      case .event, .receipts: call.answer(.eventAccepted)
      case .issueToken, .refreshToken: call.fail(404, "no tokens here")
      }
    }
    let (_, transport) = try await pair(isHolon: true, handler)
    try await transport.connect()
    #expect(!transport.parentFeatures.isHolon)
    #expect(try await transport.register(WorkerRegistration(workerID: "other")).version == "x")
    #expect(transport.parentFeatures.isHolon)
    #expect(try await transport.pollTask(wait: .zero, availableSkills: nil, hotSkills: nil)?.payload.jobID == "j")
    #expect(try await transport.sendResult(TaskResult(jobID: "j", taskID: "t")) == .ignored(reason: "job_cancelled"))
    #expect(try await transport.sendHeartbeat(nil).cancelTaskIDs == ["t"])
    try await transport.emitEvent(
      WorkerEventPayload(eventID: "e", workerID: "", originWorkerID: "o", eventType: "x", payload: .emptyObject))
    #expect(handler.calls.allSatisfy { $0.credentials.token == "t" && $0.credentials.workerID == "w" })
    let registration = try #require(handler.calls[0].body)
    #expect(registration["worker_id"]?.stringValue == "w")
    #expect(registration["timestamp"]?.integerValue == 1_760_000_000)
    #expect(handler.calls[3].body == nil)
    await #expect(throws: TransportError(.notFound, "no tokens here", status: 404)) {
      try await transport.refreshToken()
    }
  }

  @Test("messages are signed, events without their chain")
  func signing() async throws {
    let handler = RecordingHandler { call in
      if case .result = call.action { call.answer(.result(.accepted)) } else { call.answer(.eventAccepted) }
    }
    let sign: InProcessTransport.MessageSigner = { message, ignoring in
      "\(message["timestamp"]?.integerValue ?? 0)-\(ignoring)"
    }
    let (_, transport) = try await pair(sign: sign, handler)
    _ = try await transport.sendResult(TaskResult(jobID: "j", taskID: "t", timestamp: 7))
    try await transport.emitEvent(
      WorkerEventPayload(eventID: "e", workerID: "", originWorkerID: "o", eventType: "x", payload: .emptyObject))
    let contexts = handler.calls.compactMap { $0.body?["security"] }
    #expect(contexts.map { $0["signature"]?.stringValue } == ["7-[]", #"1760000000-["bubbling_chain"]"#])
    #expect(contexts.map { $0["signer_id"]?.stringValue } == ["w", "w"])
  }

  @Test("cancelling a poll abandons the call, and its answer comes too late")
  func abandonment() async throws {
    let handler = RecordingHandler()
    let (_, transport) = try await pair(handler)
    let poll = Task {
      try await transport.pollTask(wait: .seconds(30), availableSkills: nil, hotSkills: nil)
    }
    #expect(await eventually { handler.calls.count == 1 })
    let abandoned = Mutex(0)
    handler.calls[0].onAbandoned { abandoned.withLock { $0 += 1 } }
    poll.cancel()
    await #expect(throws: TransportError.self) { try await poll.value }
    #expect(abandoned.withLock { $0 } == 1)
    let written = Mutex<Bool?>(nil)
    handler.calls[0].answer(.noTask) { isWritten in written.withLock { $0 = isWritten } }
    #expect(written.withLock { $0 } == false)
  }

  @Test("an answer that arrives is told as written, a second one is not")
  func written() async throws {
    let outcomes = Mutex<[Bool]>([])
    let handler = RecordingHandler { call in
      for _ in 0..<2 { call.answer(.noTask) { isWritten in outcomes.withLock { $0.append(isWritten) } } }
    }
    let (_, transport) = try await pair(handler)
    #expect(try await transport.pollTask(wait: .zero, availableSkills: nil, hotSkills: nil) == nil)
    #expect(outcomes.withLock { $0 } == [true, false])
  }

  @Test("closing ends what waits, and all later calls")
  func close() async throws {
    let handler = RecordingHandler()
    let (_, transport) = try await pair(handler)
    let poll = Task { try await transport.pollTask(wait: .seconds(30), availableSkills: nil, hotSkills: nil) }
    let commands = try await transport.listenForCommands()
    #expect(await eventually { handler.calls.count == 1 })
    await transport.close()
    await transport.close()
    await #expect { try await poll.value } throws: { ($0 as? TransportError)?.kind == .closed }
    await #expect { for try await _ in commands {} } throws: { ($0 as? TransportError)?.kind == .closed }
    await #expect { try await transport.sendHeartbeat(nil) } throws: { ($0 as? TransportError)?.kind == .closed }
    await #expect { try await transport.listenForCommands() } throws: { ($0 as? TransportError)?.kind == .closed }
    #expect(handler.closed.count == 1)
  }

  @Test("commands go down and unanswered events go up while the channel is open")
  func commandChannel() async throws {
    let handler = RecordingHandler()
    let (_, transport) = try await pair(handler)
    let event = WorkerEventPayload(
      eventID: "e", workerID: "", originWorkerID: "o", eventType: EventType.progress, payload: .emptyObject)
    #expect(await transport.emitEventUnanswered(event) == false)
    var commands = try await transport.listenForCommands().makeAsyncIterator()
    let channel = try #require(handler.opened.first)
    #expect(channel.workerID == "w")
    channel.send(WorkerCommand(command: CommandName.cancelTask, taskID: "t"))
    #expect(try await commands.next()?.taskID == "t")
    #expect(await transport.emitEventUnanswered(event))
    #expect(handler.unanswered.map(\.workerID) == ["w"])
    channel.close()
    await #expect { try await commands.next() } throws: { ($0 as? TransportError)?.kind == .interrupted }
    #expect(handler.closed.count == 1)
    #expect(await transport.emitEventUnanswered(event) == false)
  }

  @Test("a command channel is refused before it opens")
  func admission() async throws {
    let handler = RecordingHandler(admission: CallFailure(status: 403, "wrong token"))
    let (_, transport) = try await pair(handler)
    await #expect(throws: TransportError(.forbidden, "wrong token", status: 403)) {
      try await transport.listenForCommands()
    }
    #expect(handler.opened.isEmpty)
  }

  @Test("tokens are adopted, a refused refresh token is given up, and all are forgotten on demand")
  func tokens() async throws {
    let handler = RecordingHandler { call in
      switch call.action {
      case .issueToken:
        call.answer(
          .token(TokenResponse(accessToken: "access", expiresIn: 60, workerID: "w", refreshToken: "refresh")))
      case .refreshToken: call.fail(403, "expired")
      default: call.answer(.noTask)
      }
    }
    let (_, transport) = try await pair(handler)
    try await transport.refreshToken()
    _ = try await transport.pollTask(wait: .zero, availableSkills: nil, hotSkills: nil)
    try await transport.refreshToken()
    transport.forgetTokens()
    _ = try await transport.pollTask(wait: .zero, availableSkills: nil, hotSkills: nil)
    #expect(handler.calls.map(\.credentials.token) == ["t", "access", "access", "t", "t"])
  }

  @Test("a listener that stops lets calls end, then ends them, and is unreachable")
  func stop() async throws {
    let handler = RecordingHandler { call in
      if case .heartbeat = call.action { call.answer(.heartbeat(HeartbeatReply())) }
    }
    let (listener, transport) = try await pair(handler)
    let answered = Task { try await transport.pollTask(wait: .seconds(30), availableSkills: nil, hotSkills: nil) }
    #expect(await eventually { handler.calls.count == 1 })
    let stopping = Task { await listener.stop(grace: .seconds(30)) }
    await #expect {
      while true { _ = try await transport.sendHeartbeat(nil) }
    } throws: { ($0 as? TransportError)?.kind == .unreachable }
    handler.calls[0].answer(.noTask)
    #expect(try await answered.value == nil)
    await stopping.value

    let second = RecordingHandler()
    let (other, child) = try await pair(second)
    let cut = Task { try await child.pollTask(wait: .seconds(30), availableSkills: nil, hotSkills: nil) }
    #expect(await eventually { second.calls.count == 1 })
    await other.stop(grace: .milliseconds(1))
    await #expect { try await cut.value } throws: { ($0 as? TransportError)?.kind == .interrupted }
  }
}

@Suite("Mock transport")
struct MockTransportTests {
  @Test("it answers from its script, then as a willing parent, and writes down what it was asked")
  func script() async throws {
    let mock = MockTransport(workerID: "w")
    mock.script { $0.results = [.failure(TransportError(.serverError, "x", status: 500)), .success(.accepted)] }
    let result = TaskResult(jobID: "j", taskID: "t")
    await #expect(throws: TransportError(.serverError, "x", status: 500)) { try await mock.sendResult(result) }
    #expect(try await mock.sendResult(result) == .accepted)
    #expect(try await mock.sendResult(result) == .accepted)
    #expect(try await mock.pollTask(wait: .zero, availableSkills: ["a"], hotSkills: nil) == nil)
    #expect(
      mock.calls == [
        .sendResult(result), .sendResult(result), .sendResult(result),
        .pollTask(wait: .zero, availableSkills: ["a"], hotSkills: nil, lease: nil),
      ])
  }

  @Test("commands are sent by the test, and end when the transport is closed")
  func commands() async throws {
    let mock = MockTransport(workerID: "w")
    #expect(!mock.send(WorkerCommand(command: "x")))
    var commands = try await mock.listenForCommands().makeAsyncIterator()
    #expect(mock.send(WorkerCommand(command: "x")))
    #expect(try await commands.next()?.command == "x")
    await mock.close()
    await #expect { try await commands.next() } throws: { ($0 as? TransportError)?.kind == .closed }
    await #expect { try await mock.sendHeartbeat(nil) } throws: { ($0 as? TransportError)?.kind == .closed }
  }
}
