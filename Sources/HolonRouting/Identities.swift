/// A task is known by its job and its own id together; task ids alone may repeat between jobs.
public struct TaskKey: Hashable, Sendable {
  public let jobID: String
  public let taskID: String

  public init(jobID: String, taskID: String) {
    self.jobID = jobID
    self.taskID = taskID
  }
}

/// A call of a child that waits for its answer. Numbered by the node, never reused within a run.
public struct CallID: Hashable, Sendable {
  public let number: UInt64

  public init(_ number: UInt64) {
    self.number = number
  }
}

/// A parent, by the name its configuration gives it. Stable across restarts, since the journal holds it.
public struct UplinkID: Hashable, Sendable {
  public let name: String

  public init(_ name: String) {
    self.name = name
  }
}

/// A point in time as the core sees it: it never reads a clock.
public struct Moment: Hashable, Sendable {
  /// Time since the node started; never goes back.
  public var uptime: Duration
  /// Wall clock, Unix seconds, corrected by the parent's clock where one is known. For deadlines.
  public var unixSeconds: Int

  public init(uptime: Duration, unixSeconds: Int) {
    self.uptime = uptime
    self.unixSeconds = unixSeconds
  }
}
