import NIOPosix
import RXON
import RXONHTTP
import Synchronization
import TestSupport
import Testing

@Suite("HTTP: batches of polls and results", .timeLimit(.minutes(2)))
struct BatchTests {
  private static func task(_ id: String) -> RawJSON {
    TaskPayload(jobID: "j1", taskID: id, type: "echo").rawJSON()
  }

  private func withPair(
    _ parent: StubParent, features: HolonFeatures = [.lease, .batch],
    _ body: (HTTPTransport) async throws -> Void
  ) async throws {
    let listener = HTTPListener(
      host: "127.0.0.1", port: 0, group: MultiThreadedEventLoopGroup(numberOfThreads: 1), features: features)
    let url = try await listener.start(handler: parent)
    let transport = try HTTPTransport(url: url, workerID: "w1", token: "secret")
    do {
      _ = try await transport.register(WorkerRegistration(workerID: "w1"))
      try await body(transport)
    } catch {
      await transport.close()
      await listener.stop(grace: .zero)
      throw error
    }
    await transport.close()
    await listener.stop(grace: .zero)
  }

  /// Polls once for each lease at the same time, and tells which tasks came under which.
  private func poll(
    _ transport: HTTPTransport, _ leases: [String], wait: Duration = .seconds(20)
  ) async throws -> [String: String] {
    try await withThrowingTaskGroup(of: (String, String?).self) { group in
      for lease in leases {
        group.addTask {
          let task = try await transport.pollTask(wait: wait, availableSkills: nil, hotSkills: nil, lease: lease)
          return (lease, task?.payload.taskID)
        }
      }
      return try await group.reduce(into: [:]) { tasks, pair in tasks[pair.0] = pair.1 }
    }
  }

  /// Hands a task to each poll at once, named after its lease.
  private static let plenty: StubParent.Answering = { call in
    if case .poll(let poll) = call.action {
      call.answer(.task(task("of-" + (poll.lease ?? ""))))
    } else {
      StubParent.acceptEverything(call)
    }
  }

  @Test("while tasks wait at the parent, ever more come in one answer, each under its own lease")
  func growing() async throws {
    let parent = StubParent(answer: Self.plenty)
    try await withPair(parent) { transport in
      for round in 0..<8 {
        let leases = (0..<16).map { "r\(round)-\($0 + 1)" }
        let tasks = try await poll(transport, leases)
        for lease in leases { #expect(tasks[lease] == "of-\(lease)") }
      }
    }
  }

  @Test("polls that no task answers go on waiting, under their own leases")
  func leftOver() async throws {
    let parent = StubParent(answer: Self.plenty)
    try await withPair(parent) { transport in
      for round in 0..<6 { _ = try await poll(transport, (1...16).map { "r\(round)-\($0)" }) }
      let parked = Mutex<[String: ListenerCall]>([:])
      parent.answer { call in
        guard case .poll(let poll) = call.action, let lease = poll.lease else {
          return StubParent.acceptEverything(call)
        }
        parked.withLock { $0[lease] = call }
        call.onAbandoned { parked.withLock { if $0[lease] === call { $0[lease] = nil } } }
      }
      let leases = (1...4).map { "late-\($0)" }
      async let tasks = poll(transport, leases)
      for lease in leases {
        // One that the answer to another has just ended comes again.
        try await eventually("a poll of \(lease) is answered") {
          guard let call = parked.withLock({ $0.removeValue(forKey: lease) }) else { return false }
          return await withCheckedContinuation { answered in
            call.answer(.task(Self.task("of-\(lease)"))) { answered.resume(returning: $0) }
          }
        }
      }
      let came = try await tasks
      for lease in leases { #expect(came[lease] == "of-\(lease)") }
    }
  }

  @Test("polls end without a task when their wait is over")
  func waitOver() async throws {
    let parent = StubParent(answer: Self.plenty)
    try await withPair(parent) { transport in
      for round in 0..<4 { _ = try await poll(transport, (1...8).map { "r\(round)-\($0)" }) }
      parent.answer { call in StubParent.acceptEverything(call) }
      let tasks = try await poll(transport, (1...8).map { "none-\($0)" }, wait: .milliseconds(300))
      #expect(tasks.isEmpty)
    }
  }

  @Test("each result of a batch is answered by itself")
  func results() async throws {
    let parent = StubParent { call in
      guard case .result(let result) = call.action else { return StubParent.acceptEverything(call) }
      switch result.taskID.last {
      case "1": call.answer(.result(.ignored(reason: "job_not_found")))
      case "2": call.fail(403, "Forbidden: another worker has it", code: .security)
      case "3": call.fail(429, "Too many", retryAfter: .seconds(7))
      default: call.answer(.result(.accepted))
      }
    }
    try await withPair(parent) { transport in
      await withTaskGroup(of: Void.self) { group in
        for number in 0..<120 {
          group.addTask {
            let result = TaskResult(jobID: "j1", taskID: "t\(number)")
            do throws(TransportError) {
              let reply = try await transport.sendResult(result)
              #expect(reply == (number % 10 == 1 ? .ignored(reason: "job_not_found") : .accepted))
            } catch {
              #expect(error.kind == (number % 10 == 2 ? .forbidden : .rateLimited))
              if number % 10 == 3 { #expect(error.retryAfter == .seconds(7)) }
            }
          }
        }
      }
      let heard = parent.calls.compactMap { if case .result(let result) = $0.action { result.taskID } else { nil } }
      #expect(Set(heard).count == 120)
      #expect(heard.count == 120)
    }
  }

  @Test("a lost connection fails every call of a batch, none is sent twice")
  func lost() async throws {
    let requests = Mutex(0)
    let server = try await RawServer.start { peer in
      guard peer.received.contains("\r\n\r\n") else { return }
      if peer.received.contains("/register") {
        let body = #"{"status":"registered"}"#
        let head = "HTTP/1.1 200 OK\r\nX-Holon: 1\r\nX-Holon-Features: lease, batch\r\nConnection: close\r\n"
        return peer.sendAndClose(head + "Content-Length: \(body.utf8.count)\r\n\r\n" + body)
      }
      requests.withLock { $0 += 1 }
      peer.close()
    }
    let transport = try HTTPTransport(url: "http://127.0.0.1:\(server.port)", workerID: "w1", token: "secret")
    _ = try await transport.register(WorkerRegistration(workerID: "w1"))
    await withTaskGroup(of: TransportError?.self) { group in
      for number in 0..<20 {
        group.addTask {
          do throws(TransportError) {
            _ = try await transport.sendResult(TaskResult(jobID: "j1", taskID: "t\(number)"))
            return nil
          } catch {
            return error
          }
        }
      }
      for await error in group { #expect(error?.kind == .interrupted) }
    }
    #expect(requests.withLock { $0 } <= 20)
    await transport.close()
    await server.stop()
  }

  @Test(
    "what is no batch is refused",
    arguments: [
      ("GET /_holon/results", "", 405), ("POST /_holon/results", "{}", 400),
      ("POST /_holon/results", #"{"results":[{}]}"#, 200), ("POST /_holon/results", #"{"results":[]}"#, 200),
      ("GET /_worker/workers/w1/tasks/next?leases=a,b%20c", "", 400),
      ("GET /_worker/workers/w1/tasks/next?leases=" + (0..<65).map { "l-\($0)" }.joined(separator: ","), "", 400),
    ])
  func malformed(line: String, body: String, status: Int) async throws {
    try await withListener { port in
      let client = try await RawClient.connect(port: port)
      let headers = ["X-Holon: 1", "X-Holon-Features: lease, batch", "X-Worker-ID: w1"]
      try await client.send(request(line, headers, body: body))
      try await eventually("an answer") { client.statuses == [status] }
      await client.close()
    }
  }

  @Test("a plain peer finds no batches")
  func plain() async throws {
    try await withListener { port in
      let client = try await RawClient.connect(port: port)
      try await client.send(request("POST /_holon/results", ["X-Worker-ID: w1"], body: #"{"results":[]}"#))
      try await eventually("an answer") { client.statuses == [404] }
      await client.close()
    }
  }
}
