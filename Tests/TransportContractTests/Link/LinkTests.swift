import RXON
import TestSupport
import Testing

@Suite("One connection for everything", .serialized, .timeLimit(.minutes(2)))
struct LinkTests {
  @Test("all calls, commands and events of a worker share it", arguments: TestLink.allCases)
  func oneConnection(_ link: TestLink) async throws {
    let parent = StubParent.withoutTasks
    try await link.withWorker(of: parent) { transport, proxy in
      #expect(transport.parentFeatures == ParentFeatures(isHolon: true, features: .all))
      let commands = try await transport.listenForCommands()
      let poll = Task { try await transport.waitForTask(skills: ["a"]) }
      _ = try await transport.sendResult(TaskResult(jobID: "j1", taskID: "t1"))
      _ = try await transport.sendHeartbeat(nil)
      #expect(proxy.connections == 1)
      poll.cancel()
      withExtendedLifetime(commands) {}
    }
  }

  @Test("a heartbeat does not wait for the rest of a large result", arguments: TestLink.allCases)
  func controlBeforeBulk(_ link: TestLink) async throws {
    let parent = StubParent()
    // So slow that the result takes seconds.
    try await link.withWorker(of: parent, bytesPerSecond: 256 << 10) { transport, proxy in
      let result = Task {
        try await transport.sendResult(TaskResult(jobID: "j1", taskID: "t1", data: incompressible(3 << 20)))
      }
      try await eventually(within: .seconds(30)) { proxy.bytesUp > 96 << 10 }
      _ = try await transport.sendHeartbeat(nil)
      #expect(parent.calls.filter { if case .result = $0.action { true } else { false } }.isEmpty)
      #expect(try await result.value == .accepted)
    }
  }

  @Test("the newest link of a worker replaces the one before, whose calls end", arguments: TestLink.allCases)
  func replacement(_ link: TestLink) async throws {
    let parent = StubParent.withoutTasks
    try await link.withListener(parent) { port in
      let first = try link.transport(to: port)
      let second = try link.transport(to: port)
      _ = try await first.sendHeartbeat(nil)
      let poll = Task { try await first.waitForTask() }
      try await eventually { parent.pollCount == 1 }
      _ = try await second.sendHeartbeat(nil)
      let error = await #expect(throws: TransportError.self) { try await within { try await poll.value } }
      #expect(error?.kind == .interrupted)
      try await eventually { parent.seen.abandonedPolls == 1 }
      _ = try await second.sendHeartbeat(nil)
      await first.close()
      await second.close()
    }
  }

  @Test(
    "when certificates were exchanged, the link is opened anew with the new ones as soon as nothing is under way",
    arguments: TestLink.secure)
  func exchangedCertificates(_ link: TestLink) async throws {
    let parent = StubParent.withoutTasks
    try await link.withListener(parent) { port in
      let proxy = try await CountingProxy.start(to: port)
      let contexts = try WireCertificates.clientContexts(protocols: link.applicationProtocols)
      let transport = try link.transport(to: proxy.port, tls: contexts)
      _ = try await transport.register(WorkerRegistration(workerID: "w1"))
      let poll = Task { try await transport.waitForTask() }
      try await eventually("the poll waits") { parent.pollCount == 1 }
      parent.answer { call in
        if case .result = call.action { return }
        StubParent.acceptEverything(call)
      }
      let result = Task { try await transport.sendResult(TaskResult(jobID: "j1", taskID: "t1")) }
      try await eventually("the result has arrived") { parent.unansweredResult != nil }

      contexts.exchange(try WireCertificates.clientContexts(protocols: link.applicationProtocols).current)
      _ = try await transport.sendHeartbeat(nil)
      #expect(proxy.connections == 1, "the result waits for its answer over the link that it went by")
      parent.unansweredResult?.answer(.result(.accepted))
      #expect(try await result.value == .accepted)
      _ = try await transport.sendHeartbeat(nil)
      #expect(proxy.connections == 2)
      #expect(try await within { try await poll.value } == nil, "the poll ends as if there were no task")
      await transport.close()
      await proxy.stop()
    }
  }

  @Test(
    "several workers share a link, each with its own identity; one leaves and the others go on",
    arguments: TestLink.allCases)
  func severalWorkers(_ link: TestLink) async throws {
    let parent = StubParent.withoutTasks
    try await link.withListener(parent) { port in
      let proxy = try await CountingProxy.start(to: port)
      let workers = try link.transports(of: ["a", "b"], to: proxy.port)
      for worker in workers { _ = try await worker.register(WorkerRegistration(workerID: "")) }
      #expect(parent.substantialCalls.map(\.credentials.workerID) == ["a", "b"])
      #expect(parent.substantialCalls.map(\.credentials.token) == ["token-a", "token-b"])
      let polls = workers.map { worker in
        Task { try await worker.waitForTask(skills: ["s-\(worker.workerID)"]) }
      }
      try await eventually { parent.pollCount == 2 }
      await workers[1].close()
      let error = await #expect(throws: TransportError.self) { try await polls[1].value }
      #expect(error?.kind == .closed)
      try await eventually { parent.seen.abandonedPolls == 1 }
      _ = try await workers[0].sendHeartbeat(nil)
      #expect(proxy.connections == 1)
      polls[0].cancel()
      await workers[0].close()
      await proxy.stop()
    }
  }

  @Test("who is not admitted gets no link, and is told why and when to come back", arguments: TestLink.allCases)
  func refusedOpening(_ link: TestLink) async throws {
    let parent = StubParent()
    try await link.withListener(parent) { port in
      let transport = try link.transport(to: port)
      for (failure, expected) in [
        (CallFailure(status: 403, "wrong token"), TransportError(.forbidden, "wrong token", status: 403)),
        (
          CallFailure(status: 429, "slowly – bitte", retryAfter: .seconds(2)),
          TransportError(.rateLimited, "slowly – bitte", status: 429, retryAfter: .seconds(2))
        ),
      ] {
        parent.admit { _ in failure }
        let error = await #expect(throws: TransportError.self) { try await transport.sendHeartbeat(nil) }
        #expect(error == expected)
      }
      parent.admit { _ in nil }
      _ = try await transport.sendHeartbeat(nil)
      await transport.close()
    }
  }

  @Test("without calls it stays open, and is as good as keep-alives of its worker", arguments: TestLink.allCases)
  func signsOfLife(_ link: TestLink) async throws {
    let parent = StubParent()
    try await link.withWorker(of: parent) { transport, proxy in
      try await eventually(within: .seconds(30)) {
        parent.calls.filter { if case .heartbeat("w1", nil) = $0.action { true } else { false } }.count > 2
      }
      _ = try await transport.sendResult(TaskResult(jobID: "j1", taskID: "t1"))
      #expect(proxy.connections == 1)
    }
  }

  @Test("one that went silent is noticed within 15 s from both ends", arguments: TestLink.allCases)
  func halfOpen(_ link: TestLink) async throws {
    let parent = StubParent.withoutTasks
    try await link.withListener(parent) { port in
      let proxy = try await CountingProxy.start(to: port)
      let transport = try link.transport(to: proxy.port)
      let poll = Task { try await transport.waitForTask(for: .seconds(60)) }
      try await eventually { parent.pollCount == 1 }
      proxy.goSilent()
      let silent = ContinuousClock.now
      let error = await #expect(throws: TransportError.self) {
        try await within(.seconds(20)) { try await poll.value }
      }
      #expect(error?.kind == .interrupted)
      try await eventually(within: .seconds(20)) { parent.seen.abandonedPolls == 1 }
      #expect(ContinuousClock.now - silent < .milliseconds(15_500))
      await transport.close()
      await proxy.stop()
    }
  }
}

extension Transport {
  fileprivate func waitForTask(for wait: Duration = .seconds(30), skills: [String]? = nil) async throws -> PolledTask? {
    try await pollTask(wait: wait, availableSkills: skills, hotSkills: nil, lease: nil)
  }
}

extension StubParent {
  /// The last call with a result, where the test answers such calls by itself.
  fileprivate var unansweredResult: ListenerCall? {
    calls.last { if case .result = $0.action { true } else { false } }
  }
}
