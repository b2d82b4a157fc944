import NIOCore

/// Runs actors and tasks on one event loop.
///
/// It is both kinds of executor: as a serial executor alone, a task would resume on the shared thread pool after each
/// call and only then hop back to its actor on the loop, which costs two thread switches a call.
final class EventLoopExecutor: SerialExecutor, TaskExecutor {
  let eventLoop: any EventLoop

  init(_ eventLoop: any EventLoop) {
    self.eventLoop = eventLoop
  }

  func enqueue(_ job: consuming ExecutorJob) {
    let job = UnownedJob(job)
    eventLoop.execute {
      job.runSynchronously(
        isolatedTo: self.asUnownedSerialExecutor(), taskExecutor: self.asUnownedTaskExecutor())
    }
  }

  func asUnownedSerialExecutor() -> UnownedSerialExecutor {
    UnownedSerialExecutor(ordinary: self)
  }

  func asUnownedTaskExecutor() -> UnownedTaskExecutor {
    UnownedTaskExecutor(ordinary: self)
  }

  /// Callbacks of the loop are isolated too, though they run in no task.
  func checkIsolated() {
    eventLoop.preconditionInEventLoop()
  }
}
