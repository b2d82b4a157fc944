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

/// What a node is to one parent. Stable across restarts, since the journal holds it.
///
/// To most parents a node is one worker. To the parent of a transparent uplink each child is a worker of its own, with
/// tasks, results and commands of its own.
public struct UplinkID: Hashable, Sendable {
  /// The parent, by the name its configuration gives it.
  public let name: String
  /// The child that stands for itself; nil where the node stands for all.
  public let child: String?

  public init(_ name: String, child: String? = nil) {
    self.name = name
    self.child = child
  }

  /// The whole uplink.
  public var parent: UplinkID { UplinkID(name) }
}

extension UplinkID: CustomStringConvertible {
  /// For logs and people: `main`, `main/worker-7`.
  public var description: String { child.map { "\(name)/\($0)" } ?? name }
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
