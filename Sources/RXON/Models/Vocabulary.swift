/// Statuses of results. A result may have a custom one.
public enum TaskStatus {
  public static let success = "success"
  public static let failure = "failure"
  public static let cancelled = "cancelled"
}

/// Statuses of workers, in heartbeats.
public enum WorkerStatus {
  /// Takes work.
  public static let idle = "idle"
  /// Takes no work now.
  public static let busy = "busy"
  /// Every slot is taken.
  public static let full = "full"
  /// Takes no more work and finishes what it has.
  public static let draining = "draining"
  /// Says goodbye.
  public static let offline = "offline"
}

/// Names of commands. Others are custom and passed on.
public enum CommandName {
  /// Stop a task and answer with a result of status `cancelled`.
  public static let cancelTask = "cancel_task"
}

/// Types of events. Others are custom.
public enum EventType {
  /// Carries `{"progress": 0…1, "message": …}`.
  public static let progress = "progress"
}

/// Why a parent has no use for a result. A parent may have words of its own.
public struct IgnoredReason: RawRepresentable, Sendable, Hashable, ExpressibleByStringLiteral {
  /// The word on the wire.
  public var rawValue: String

  public init(rawValue: String) {
    self.rawValue = rawValue
  }

  public init(stringLiteral value: String) {
    self.init(rawValue: value)
  }

  /// The task's deadline has passed.
  public static let deadlineExceeded: IgnoredReason = "deadline_exceeded"
  /// The job was cancelled.
  public static let jobCancelled: IgnoredReason = "job_cancelled"
  /// The parent knows no such job.
  public static let jobNotFound: IgnoredReason = "job_not_found"
  /// The task is another worker's.
  public static let workerMismatch: IgnoredReason = "worker_mismatch"
  /// The job has moved on to another task.
  public static let staleTask: IgnoredReason = "stale_task"
  /// The job is over.
  public static let jobAlreadyTerminated: IgnoredReason = "job_already_terminated"
  /// The parent's own processing failed.
  public static let middlewareError: IgnoredReason = "middleware_error"
}
