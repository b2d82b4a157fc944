import NIOCore
import NIOPosix
import RXON
import RXONHTTP
import RXONTLS

/// Children that answer each task at once with its own params.
enum StubChildren {
  /// Runs until the process is ended.
  /// - Parameter authority: the file of the one to trust, for `https`.
  static func run(url: String, token: String, count: Int, prefix: String, authority: String?) async throws {
    var options = HTTPTransportOptions()
    if let authority {
      options.tls = TLSClientContexts(try TLSClientContext(TLSClientOptions(trust: .file(authority))))
    }
    let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
    try await withThrowingTaskGroup(of: Void.self) { [options] children in
      for number in 0..<count {
        let transport = try HTTPTransport(
          url: url, workerID: "\(prefix)-\(number)", token: token, group: group, options: options)
        children.addTask { await work(transport) }
        // Thousands of connections within one moment overrun the listener's backlog.
        if number % 100 == 99 { try await Task.sleep(for: .milliseconds(20)) }
      }
      try await children.waitForAll()
    }
  }

  private static func work(_ transport: HTTPTransport) async {
    let registration = WorkerRegistration(
      workerID: transport.workerID, supportedSkills: [SkillInfo(name: "echo")], availableSkills: ["echo"])
    while !Task.isCancelled {
      do {
        _ = try await transport.register(registration)
        try await serve(transport)
      } catch {
        try? await Task.sleep(for: .milliseconds(500))
      }
    }
  }

  private static func serve(_ transport: HTTPTransport) async throws {
    var nextHeartbeat = ContinuousClock.now + .seconds(10)
    while true {
      if let task = try await transport.pollTask(wait: .seconds(20), availableSkills: ["echo"], hotSkills: nil) {
        let result = TaskResult(
          jobID: task.payload.jobID, taskID: task.payload.taskID, data: task.payload.params)
        _ = try await transport.sendResult(result)
      }
      if ContinuousClock.now >= nextHeartbeat {
        nextHeartbeat = ContinuousClock.now + .seconds(10)
        _ = try await transport.sendHeartbeat(nil)
      }
    }
  }
}
