public import NIOCore

/// Runs actors and tasks on one event loop. Whoever uses a transport from the loop of its group changes no thread for a
/// call.
///
/// It is both kinds of executor: as a serial executor alone, a task would resume on the shared thread pool after each
/// call and only then hop back to its actor on the loop, which costs two thread switches a call.
public final class EventLoopExecutor: SerialExecutor, TaskExecutor {
  public let eventLoop: any EventLoop

  public init(_ eventLoop: any EventLoop) {
    self.eventLoop = eventLoop
  }

  public func enqueue(_ job: consuming ExecutorJob) {
    let job = UnownedJob(job)
    eventLoop.execute {
      job.runSynchronously(
        isolatedTo: self.asUnownedSerialExecutor(), taskExecutor: self.asUnownedTaskExecutor())
    }
  }

  public func asUnownedSerialExecutor() -> UnownedSerialExecutor {
    UnownedSerialExecutor(ordinary: self)
  }

  public func asUnownedTaskExecutor() -> UnownedTaskExecutor {
    UnownedTaskExecutor(ordinary: self)
  }

  /// Callbacks of the loop are isolated too, though they run in no task.
  public func checkIsolated() {
    eventLoop.preconditionInEventLoop()
  }
}
