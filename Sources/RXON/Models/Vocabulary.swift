/// Statuses of results. A result may have a custom one.
public enum TaskStatus {
  public static let success = "success"
  public static let failure = "failure"
  public static let cancelled = "cancelled"
}

/// Statuses of workers, in heartbeats.
public enum WorkerStatus {
  public static let idle = "idle"
  public static let busy = "busy"
  public static let full = "full"
  public static let draining = "draining"
  public static let offline = "offline"
}

/// Names of commands. Others are custom and passed on.
public enum CommandName {
  public static let cancelTask = "cancel_task"
}

/// Types of events. Others are custom.
public enum EventType {
  public static let progress = "progress"
}

/// Why a parent has no use for a result. A parent may have words of its own.
public struct IgnoredReason: RawRepresentable, Sendable, Hashable, ExpressibleByStringLiteral {
  public var rawValue: String

  public init(rawValue: String) {
    self.rawValue = rawValue
  }

  public init(stringLiteral value: String) {
    self.init(rawValue: value)
  }

  public static let deadlineExceeded: IgnoredReason = "deadline_exceeded"
  public static let jobCancelled: IgnoredReason = "job_cancelled"
  public static let jobNotFound: IgnoredReason = "job_not_found"
  public static let workerMismatch: IgnoredReason = "worker_mismatch"
  public static let staleTask: IgnoredReason = "stale_task"
  public static let jobAlreadyTerminated: IgnoredReason = "job_already_terminated"
  public static let middlewareError: IgnoredReason = "middleware_error"
}
