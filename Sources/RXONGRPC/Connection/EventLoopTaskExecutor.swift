#if GRPC
  import NIOCore

  /// Runs tasks on one event loop. With it as their preference, gRPC's asynchronous functions stay on the loop of their
  /// connection: no frame changes threads on its way. No serial executor, as `EventLoopExecutor` is for actors: these
  /// functions are of no actor, and would leave a serial one by way of the loop at each call.
  final class EventLoopTaskExecutor: TaskExecutor {
    private let eventLoop: any EventLoop

    init(_ eventLoop: any EventLoop) {
      self.eventLoop = eventLoop
    }

    func enqueue(_ job: consuming ExecutorJob) {
      let job = UnownedJob(job)
      eventLoop.execute { job.runSynchronously(on: self.asUnownedTaskExecutor()) }
    }
  }
#endif
