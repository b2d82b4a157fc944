/// The port to stable storage. One contract suite holds for every implementation.
///
/// Changes are committed in the order of the calls, by one writer. Thread-safe.
public protocol Journal: Sendable {
  /// Commits `changes` together, or none of them. `completion` is called once, on a thread of the journal's, when they
  /// have reached stable storage or failed to; on the caller's once the journal is closed. Empty changes are a barrier:
  /// they complete after all earlier ones.
  func commit(_ changes: [JournalChange], completion: @escaping @Sendable (JournalFailure?) -> Void)

  /// Commits `changes` together when convenient; nobody waits for them. In the order of all calls. By
  /// default a commit whose completion does nothing.
  func record(_ changes: [JournalChange])

  /// Everything a node needs to go on after a restart, without contents.
  func restore() throws(JournalFailure) -> JournalSnapshot

  /// The stored content, or nil when there is none (any more). `completion` runs on a thread of the journal's.
  func content(of task: TaskKey, completion: @escaping @Sendable (Result<[UInt8]?, JournalFailure>) -> Void)
  func content(of item: OutboxID, completion: @escaping @Sendable (Result<[UInt8]?, JournalFailure>) -> Void)

  func usage() -> JournalUsage

  /// Commits what is waiting, then closes. Idempotent. Blocks; not for a thread of the journal's.
  func close()
}

extension Journal {
  public func record(_ changes: [JournalChange]) {
    commit(changes) { _ in }
  }
}

public enum JournalFailure: Error, Sendable, Hashable {
  /// No room on the disk, or the configured limit is reached.
  case full(String)
  /// Another process has the journal open.
  case locked(String)
  /// The file is damaged, or no journal, or of a later version.
  case unusable(String)
  case closed
  case other(String)
}

/// What a restart finds. Contents stay in the journal until they are asked for.
public struct JournalSnapshot: Sendable {
  /// Oldest first; `content` is empty.
  public var tasks: [TaskRecord]
  /// Oldest first; `content` is empty.
  public var results: [ResultRecord]
  /// Oldest first; `content` is empty.
  public var events: [EventRecord]
  /// Keys of tasks that are over, most recent last, bounded.
  public var finished: [TaskKey]
  /// Ids of events that were taken, most recent last, bounded.
  public var seenEvents: [String]
  /// Nil before one was stored.
  public var nodeSecret: NodeSecret?
  /// In the order of the children's ids.
  public var childAccess: [ChildAccessRecord]

  public init(
    tasks: [TaskRecord] = [], results: [ResultRecord] = [], events: [EventRecord] = [], finished: [TaskKey] = [],
    seenEvents: [String] = [], nodeSecret: NodeSecret? = nil, childAccess: [ChildAccessRecord] = []
  ) {
    self.tasks = tasks
    self.results = results
    self.events = events
    self.finished = finished
    self.seenEvents = seenEvents
    self.nodeSecret = nodeSecret
    self.childAccess = childAccess
  }
}

public struct JournalUsage: Sendable, Hashable {
  public var bytes: Int
  public var tasks: Int
  public var results: Int
  public var events: Int
  public var deadLetters: Int

  public init(bytes: Int = 0, tasks: Int = 0, results: Int = 0, events: Int = 0, deadLetters: Int = 0) {
    self.bytes = bytes
    self.tasks = tasks
    self.results = results
    self.events = events
    self.deadLetters = deadLetters
  }
}
