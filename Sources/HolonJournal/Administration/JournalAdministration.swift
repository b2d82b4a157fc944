public import HolonRouting

/// A journal in the hands of a person: looks at one while its node runs, and changes one whose node is stopped.
///
/// Blocks. Used by one thread at a time.
public final class JournalAdministration {
  public enum Access: Sendable {
    /// Looks only; works beside a running node.
    case read
    /// Takes the journal for itself; fails with `locked` while a node runs.
    case write
  }

  let connection: Connection
  let codec: ContentCodec
  let access: Access
  // Kept for as long as rows may be changed.
  private let lock: JournalLock?

  /// - Throws: `unusable` for what is no journal of this version, `locked` for writing while a node runs.
  public init(path: String, access: Access) throws(JournalFailure) {
    guard JournalFile.exists(path) else { throw .unusable("there is no journal at \(path)") }
    self.access = access
    codec = try ContentCodec(compressOver: .max, limit: JournalOptions().maximumContentBytes)
    switch access {
    case .write:
      lock = try JournalLock(journal: path)
      connection = try JournalFile.open(path, schema: .current)
    case .read:
      lock = nil
      connection = try Connection(path: path, access: .readOnly)
      let version = try Schema.current.check(connection)
      guard version == Schema.current.version else {
        throw .unusable("journal \(path) is of the older schema version \(version); start its node once to convert it")
      }
    }
  }

  // MARK: Looking

  /// Entries in order of their number.
  /// - Parameters:
  ///   - kinds: which ones.
  ///   - number: only those after it; for reading on.
  public func list(
    kinds: Set<JournalEntry.Kind> = Set(JournalEntry.Kind.allCases), after number: Int = 0, limit: Int
  ) throws(JournalFailure) -> [JournalEntry] {
    var entries: [JournalEntry] = []
    for kind in JournalEntry.Kind.allCases where kinds.contains(kind) {
      let statement = try connection.prepare(
        EntryQuery.columns(of: kind) + " AND number > ?1 ORDER BY number LIMIT ?2")
      statement.bind(1, number)
      statement.bind(2, limit)
      entries += try statement.all { EntryQuery.entry($0, kind: kind) }
    }
    return Array(entries.sorted { $0.number < $1.number }.prefix(limit))
  }

  /// One entry with its content, or nil when there is none of this number (any more).
  public func show(_ number: Int) throws(JournalFailure) -> (entry: JournalEntry, content: [UInt8])? {
    guard let entry = try entry(number), let content = try content(of: entry) else { return nil }
    return (entry, content)
  }

  func entry(_ number: Int) throws(JournalFailure) -> JournalEntry? {
    for kind in JournalEntry.Kind.allCases {
      let statement = try connection.prepare(EntryQuery.columns(of: kind) + " AND number = ?1")
      statement.bind(1, number)
      if let entry = try statement.all({ EntryQuery.entry($0, kind: kind) }).first { return entry }
    }
    return nil
  }

  /// Passes every entry with its content to `body`, in order, a few at a time: a running node is not held up, and what
  /// it stores meanwhile may be among them or not.
  public func forEach(
    kinds: Set<JournalEntry.Kind> = Set(JournalEntry.Kind.allCases),
    _ body: (JournalEntry, [UInt8]) throws -> Void
  ) throws {
    var last = 0
    while true {
      let entries = try list(kinds: kinds, after: last, limit: 64)
      guard let newest = entries.last else { return }
      for entry in entries {
        if let content = try content(of: entry) { try body(entry, content) }
      }
      last = newest.number
    }
  }

  /// How many of each kind there are, and their bytes.
  public func usage() throws(JournalFailure) -> JournalUsage {
    let statement = try connection.prepare(
      """
      SELECT (SELECT count(*) FROM tasks), (SELECT count(*) FROM outbox WHERE kind = 'result'),
        (SELECT count(*) FROM outbox WHERE kind = 'event'), (SELECT count(*) FROM dead_letters),
        (SELECT coalesce(sum(length(content) + ?1), 0) FROM tasks)
        + (SELECT coalesce(sum(length(content) + ?1), 0) FROM outbox)
        + (SELECT coalesce(sum(length(content)), 0) FROM dead_letters)
      """)
    statement.bind(1, Ledger.rowOverhead)
    let usage = try statement.all { row in
      JournalUsage(
        bytes: row.integer(4), tasks: row.integer(0), results: row.integer(1), events: row.integer(2),
        deadLetters: row.integer(3))
    }
    return usage.first ?? JournalUsage()
  }

  private func content(of entry: JournalEntry) throws(JournalFailure) -> [UInt8]? {
    let table = EntryQuery.table(of: entry.kind)
    let statement = try connection.prepare("SELECT plain_bytes, content FROM \(table) WHERE number = ?1")
    statement.bind(1, entry.number)
    defer { statement.reset() }
    guard try statement.step() else { return nil }
    return try codec.decode(statement.bytes(1), plainBytes: statement.optionalInteger(0))
  }
}
