extension HolonConfiguration {
  /// Where and how much is kept on disk.
  public struct Journal: Sendable, Hashable {
    public var path: String
    /// Bytes of content.
    public var maxBytes: Int
    public var maxRows: Int
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
      case dropOldest = "drop-oldest"
      case dropLowestPriority = "drop-lowest-priority"
    }
  }
}

extension HolonConfiguration.Journal {
  init(reading section: SectionReader) {
    path = section.value(
      "path", .path, default: "holon.db", "The SQLite file; two more, ending in -wal and -shm, stand beside it.")
    maxBytes = section.value(
      "max_bytes", .size(in: 1 << 20...1 << 50), default: 10 << 30, "The most that the journal may take on disk.")
    maxRows = section.value(
      "max_rows", .integer(in: 100...1_000_000_000), default: 1_000_000, "The most tasks, results and events together.")
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
