public import HolonRouting

/// A journal that keeps nothing beyond the process: for tests, and for nodes that may forget.
///
/// It follows the same rules, limits and order of completions as the one on disk.
public final class MemoryJournal: Journal {
  private let engine: JournalEngine<MemoryStore>

  public init(options: JournalOptions = JournalOptions()) throws(JournalFailure) {
    engine = try JournalEngine(store: MemoryStore(limits: options.limits), ledger: Ledger(), options: options)
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

  public func close() {
    engine.close()
  }
}
