import RXON
import RXONHTTP
import RXONSignatures

/// A worker below the node, over HTTP, which signs what it says.
struct TestChild: Sendable {
  let id: String
  let transport: HTTPTransport

  init(_ id: String, url: String, token: String, signer: (any Signer)? = nil) throws {
    self.id = id
    var options = HTTPTransportOptions()
    options.signer = signer
    transport = try HTTPTransport(url: url, workerID: id, token: token, options: options)
  }

  func register(skills: [String] = ["echo"], path: [String] = []) async throws {
    var registration = WorkerRegistration(workerID: id, supportedSkills: skills.map { SkillInfo(name: $0) })
    if !path.isEmpty { registration.metadata = .object(["holon": .object(["path": .strings(path)])]) }
    _ = try await transport.register(registration)
  }

  func poll(for wait: Duration = .seconds(20)) async throws -> PolledTask? {
    try await transport.pollTask(wait: wait, availableSkills: nil, hotSkills: nil)
  }

  /// Polls in the background for as long as `body` takes.
  func whilePolling<Value>(_ body: () async throws -> Value) async throws -> Value {
    let polling = Task { try await poll() }
    defer { polling.cancel() }
    return try await body()
  }

  @discardableResult
  func answer(
    _ taskID: String, status: String = TaskStatus.success, data: RawJSON? = nil, timestamp: Int? = nil
  ) async throws -> ResultReply {
    try await persistently {
      try await transport.sendResult(
        TaskResult(jobID: "job", taskID: taskID, status: status, data: data, timestamp: timestamp))
    }
  }

  @discardableResult
  func beat(
    _ status: String = WorkerStatus.busy, tasks: [String] = [], usage: ResourcesUsage? = nil
  ) async throws -> HeartbeatReply {
    try await persistently {
      try await transport.sendHeartbeat(Heartbeat(workerID: id, status: status, usage: usage, currentTasks: tasks))
    }
  }

  /// Tries again when the connection broke, as workers do.
  private func persistently<Value>(_ call: () async throws -> Value) async throws -> Value {
    for _ in 0..<3 {
      do {
        return try await call()
      } catch let error as TransportError where error.kind == .interrupted {
        continue
      }
    }
    return try await call()
  }

  /// The error that `call` meets; nil when it meets none.
  func failure<Value>(of call: (HTTPTransport) async throws -> Value) async -> TransportError? {
    do {
      _ = try await call(transport)
      return nil
    } catch {
      return error as? TransportError
    }
  }
}

/// A task of the job "job".
func task(_ id: String, skill: String = "echo") -> RawJSON {
  .object([
    "job_id": .string("job"), "task_id": .string(id), "type": .string(skill),
    "params": .object(["n": .integer(1)]),
  ])
}
