public import HolonRouting

/// A journal in one SQLite file, for one process at a time.
///
/// What a completion reports as committed survives a crash of the process and of the system. A single thread writes; it
/// commits what waits together, so that the cost of reaching the disk is shared. Thread-safe; calls do not block unless
/// they say so. After ``close()`` completions are called at once, on the caller's thread, with `closed`.
public final class SQLiteJournal: Journal {
  let engine: JournalEngine<SQLiteStore>

  /// Opens the journal at `path`, creating it if there is none, and brings an older one to the present schema.
  ///
  /// Blocks. A journal that was not closed is checked for damage first, for up to two seconds.
  /// - Throws: `locked` when another process has it, `unusable` when it is damaged, of a later version, or no journal.
  public convenience init(path: String, options: JournalOptions = JournalOptions()) throws(JournalFailure) {
    try self.init(path: path, options: options, schema: .current)
  }

  /// Whether there is a file at `path`.
  public static func exists(at path: String) -> Bool {
    JournalFile.exists(path)
  }

  init(path: String, options: JournalOptions, schema: Schema) throws(JournalFailure) {
    let lock = try JournalLock(journal: path)
    let connection = try JournalFile.open(path, schema: schema)
    let codec = try ContentCodec(compressOver: options.compressOver, limit: options.maximumContentBytes)
    let store = try SQLiteStore(connection: connection, lock: lock, codec: codec, limits: options.limits)
    engine = try JournalEngine(store: store, ledger: try store.ledger(), options: options)
  }

  deinit {
    // The last reference may be one of a completion's, on the journal's own thread.
    engine.startClosing()
  }

  public func commit(_ changes: [JournalChange], completion: @escaping @Sendable (JournalFailure?) -> Void) {
    engine.commit(changes, completion: completion)
  }

  public func record(_ changes: [JournalChange]) {
    engine.record(changes)
  }

  public func restore() throws(JournalFailure) -> JournalSnapshot {
    try engine.restore()
  }

  public func content(
    of task: TaskKey, completion: @escaping @Sendable (Result<[UInt8]?, JournalFailure>) -> Void
  ) {
    engine.content(completion: completion) { recorder throws(JournalFailure) in try recorder.content(of: task) }
  }

  public func content(
    of item: OutboxID, completion: @escaping @Sendable (Result<[UInt8]?, JournalFailure>) -> Void
  ) {
    engine.content(completion: completion) { recorder throws(JournalFailure) in try recorder.content(of: item) }
  }

  public func usage() -> JournalUsage {
    engine.usage()
  }

  /// What the writer has done since the journal was opened.
  public func statistics() -> JournalStatistics {
    engine.statistics()
  }

  public func close() {
    engine.close()
  }
}
