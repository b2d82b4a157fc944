/// Where and how much is kept on disk.
public struct JournalConfiguration: Sendable, Hashable {
  public var path: String
  /// Bytes on disk.
  public var maxBytes: Int
  public var maxTasks: Int
  public var maxResults: Int
  public var maxEvents: Int
  /// The oldest dead letters give way to new ones.
  public var maxDeadLetters: Int
  /// Contents of more bytes than this are compressed.
  public var compressOver: Int
  public var policies: Policies

  /// What gives way at the limits, for each kind. Results never do.
  public struct Policies: Sendable, Hashable {
    public var tasks: Policy
    public var events: Policy
  }

  public enum Policy: String, Sendable, Hashable, CaseIterable {
    /// What is new is refused, for its sender to try again.
    case reject
    case dropOldest = "drop_oldest"
    case dropLowestPriority = "drop_lowest-priority"
  }
}

extension JournalConfiguration {
  init(reading section: SectionReader) {
    path = section.value(
      "path", .path, default: "holon.db", "The SQLite file; two more, ending in -wal and -shm, stand beside it.")
    maxBytes = section.value(
      "max_bytes", .size(in: 1 << 20...1 << 50), default: 10 << 30, "The most that the journal may take on disk.")
    maxTasks = section.value(
      "max_tasks", .integer(in: 1...100_000_000), default: 100_000, "The most tasks that are kept.")
    maxResults = section.value(
      "max_results", .integer(in: 1...100_000_000), default: 1_000_000,
      "The most results that wait for their parent; at the limit children are told to come again.")
    maxEvents = section.value(
      "max_events", .integer(in: 1...100_000_000), default: 100_000, "The most events that wait for their parent.")
    maxDeadLetters = section.value(
      "max_dead_letters", .integer(in: 1...100_000_000), default: 10_000,
      "The most dead letters; the oldest give way to new ones.")
    compressOver = section.value(
      "compress_over", .size(in: 0...1 << 30), default: 1 << 10, "Contents larger than this are compressed with LZ4.")
    let policies = section.section("policies")
    self.policies = Policies(
      tasks: policies.value(
        "tasks", .word(), default: .reject, "What gives way for a new task at the journal's limits."),
      events: policies.value(
        "events", .word(), default: .reject, "What gives way for a new event; results never give way."))
  }
}
