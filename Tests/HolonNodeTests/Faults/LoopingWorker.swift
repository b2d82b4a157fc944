import RXON
import Synchronization
import TestSupport
import Testing

/// A worker that takes tasks, one after the other, and answers each at once.
final class LoopingWorker: Sendable {
  private let child: TestChild
  private let state = Mutex<[String]>([])

  init(_ child: TestChild) {
    self.child = child
  }

  /// The ids of the tasks that it was given, in order.
  var taken: [String] { state.withLock { $0 } }

  func whileWorking(_ body: () async throws -> Void) async throws {
    try await eventually("the worker is registered") { (try? await child.register()) != nil }
    let working = Task { try await work() }
    defer { working.cancel() }
    try await body()
  }

  private func work() async throws {
    while !Task.isCancelled {
      guard let task = try await child.poll() else { continue }
      state.withLock { $0.append(task.payload.taskID) }
      try await child.answer(task.payload.taskID)
    }
  }

  func tell(_ eventID: String) async throws {
    try await child.transport.emitEvent(
      WorkerEventPayload(
        eventID: eventID, workerID: child.id, originWorkerID: child.id, eventType: "custom", payload: .emptyObject))
  }
}
