import RXON
import RXONHTTP
import TestSupport
import Testing

@Suite("What shares a link does not harm what it shares it with", .serialized, .timeLimit(.minutes(2)))
struct SharedLinkTests {
  @Test("large results and small calls pass a slow link together, whichever begins first", arguments: TestLink.allCases)
  func manyLarge(_ link: TestLink) async throws {
    let parent = StubParent()
    try await link.withWorker(of: parent, bytesPerSecond: 1 << 20) { transport, proxy in
      try await withThrowingTaskGroup(of: Void.self) { group in
        for number in 1...8 {
          group.addTask {
            let result = TaskResult(jobID: "j1", taskID: "t\(number)", data: incompressible(200 << 10))
            let reply = try await transport.sendResult(result)
            #expect(reply == .accepted)
          }
        }
        for _ in 1...40 { group.addTask { _ = try await transport.sendHeartbeat(nil) } }
        try await group.waitForAll()
      }
      #expect(proxy.connections == 1)
    }
  }

  @Test("a call that is given up makes room for the next one", arguments: TestLink.allCases)
  func roomOfTheAbandoned(_ link: TestLink) async throws {
    let parent = StubParent.withoutAnswersToResults
    try await link.withWorker(of: parent) { transport, proxy in
      let admitted = 256
      let calls = (1...admitted + 1).map { number in
        Task { try await transport.sendResult(TaskResult(jobID: "j1", taskID: "t\(number)")) }
      }
      try await eventually("as many as are admitted arrived") { parent.results.count == admitted }
      let arrived = try #require(parent.results.first)
      let number = try #require(Int(arrived.dropFirst()))
      calls[number - 1].cancel()
      try await eventually("the last one took its place") { parent.results.count == admitted + 1 }
      #expect(proxy.connections == 1)
      for call in calls { call.cancel() }
    }
  }

  @Test("a worker that may not open the link is told so, and no other", arguments: TestLink.allCases)
  func refusalOfOne(_ link: TestLink) async throws {
    let parent = StubParent()
    parent.admit { $0.workerID == "a" ? CallFailure(status: 403, "revoked") : nil }
    try await link.withListener(parent) { port in
      let workers = try link.transports(of: ["a", "b", "c"], to: port)
      let calls = workers.map { worker in Task { try await worker.sendHeartbeat(nil) } }
      for (worker, call) in zip(workers, calls) where worker.workerID != "a" { _ = try await call.value }
      if case .failure(let error) = await calls[0].result { #expect((error as? TransportError)?.status == 403) }
      for worker in workers { await worker.close() }
    }
  }

  @Test("a link does not vouch for the worker that opened it and has left", arguments: TestLink.allCases)
  func departureOfTheOpener(_ link: TestLink) async throws {
    let parent = StubParent.withoutTasks
    try await link.withListener(parent) { port in
      let proxy = try await CountingProxy.start(to: port)
      let workers = try link.transports(of: ["a", "b"], to: proxy.port)
      for worker in workers { _ = try await worker.register(WorkerRegistration(workerID: "")) }
      let poll = Task {
        try await workers[1].pollTask(wait: .seconds(30), availableSkills: nil, hotSkills: nil, lease: nil)
      }
      try await eventually { parent.pollCount == 1 }
      await workers[0].close()
      #expect(try await poll.value == nil, "the poll ends as if there were no task")
      _ = try await workers[1].sendHeartbeat(nil)
      #expect(proxy.connections == 2)
      let before = parent.calls.count
      try await eventually("the link's pings count for who opened it anew") { parent.calls.count > before + 1 }
      #expect(parent.calls.dropFirst(before).allSatisfy { $0.credentials.workerID == "b" })
      await workers[1].close()
      await proxy.stop()
    }
  }

  @Test("an event that is too large is dropped, and its channel stays", arguments: TestLink.allCases)
  func largeEvent(_ link: TestLink) async throws {
    let parent = StubParent()
    var limits = HTTPListenerLimits()
    limits.bodySize = 1 << 20
    try await link.withListener(parent, limits: limits) { port in
      let transport = try link.transport(to: port)
      let commands = try await transport.listenForCommands()
      try await eventually { parent.seen.openChannels.count == 1 }
      for size in [2 << 20, 10] {
        let event = WorkerEventPayload(
          eventID: "e\(size)", workerID: "w1", originWorkerID: "w1", eventType: "progress",
          payload: incompressible(size))
        _ = await transport.emitEventUnanswered(event)
      }
      try await eventually("the small one arrived") { parent.seen.events.count == 1 }
      parent.seen.openChannels.first?.send(WorkerCommand(command: "still here"))
      let taken = try await within { try await take(1, from: commands) }
      #expect(taken.map(\.command) == ["still here"])
      await transport.close()
    }
  }
}

extension StubParent {
  /// One that takes results in and is silent.
  fileprivate static var withoutAnswersToResults: StubParent {
    StubParent { call in
      if case .result = call.action { return }
      acceptEverything(call)
    }
  }

  /// The tasks whose results arrived, in their order.
  fileprivate var results: [String] {
    calls.compactMap { if case .result(let result) = $0.action { result.taskID } else { nil } }
  }
}
