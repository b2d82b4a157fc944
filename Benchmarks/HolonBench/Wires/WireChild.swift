import NIOPosix
import RXON
import RXONHTTP

/// The lower end of a wire under measurement, in a process of its own: answers each task at once with its own params.
/// Lives on the event loop of its transport, as what uses one in a node does.
actor WireChild {
  /// Tasks in work at once.
  static let window = 32
  /// For a task: the parent ends no poll without one.
  private static let patience = Duration.seconds(3600)

  private nonisolated let executor: EventLoopExecutor
  nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }
  private let transport: any Transport

  init(_ wire: MeasuredWire, port: Int, token: String, authority: String) throws {
    let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
    executor = EventLoopExecutor(group.any())
    transport = try wire.makeTransport(port: port, token: token, authority: authority, group: group)
  }

  /// Works until the process is ended.
  func run() async throws {
    _ = try await transport.register(
      WorkerRegistration(workerID: "child", supportedSkills: [SkillInfo(name: "echo")], availableSkills: ["echo"]))
    try await withThrowingTaskGroup(of: Void.self) { group in
      for number in 0..<Self.window {
        group.addTask(executorPreference: executor) { try await self.work(number) }
      }
      try await group.waitForAll()
    }
  }

  private func work(_ number: Int) async throws {
    var polls = 0
    while true {
      polls += 1
      let task = try await transport.pollTask(
        wait: Self.patience, availableSkills: ["echo"], hotSkills: nil, lease: "\(number)-\(polls)")
      guard let payload = task?.payload else { continue }
      transport.confirmReceipt(of: [TaskReceipt(jobID: payload.jobID, taskID: payload.taskID)])
      _ = try await transport.sendResult(
        TaskResult(jobID: payload.jobID, taskID: payload.taskID, data: payload.params))
    }
  }
}
