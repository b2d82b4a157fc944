import HolonJournal
public import HolonRouting

/// The children's ways in that the journal of a stopped node holds, in the hands of a person.
///
/// Holds the journal for as long as it lives. Blocks. Used by one thread at a time.
public final class StoredChildAccess {
  private let journal: SQLiteJournal
  private var access: ChildAccess

  /// - Throws: `unusable` where there is no journal, `locked` while a node runs.
  public init(journal path: String) throws(JournalFailure) {
    guard SQLiteJournal.exists(at: path) else {
      throw .unusable("there is no journal at \(path); give its path, or start the node once")
    }
    // Nothing that the node remembers is cut here: the node knows its own limits.
    let options = JournalOptions(limits: JournalLimits(rememberedRows: 100_000_000))
    journal = try SQLiteJournal(path: path, options: options)
    let snapshot = try journal.restore()
    access = ChildAccess(
      secret: snapshot.nodeSecret ?? ChildAccess.makeSecret(), records: snapshot.childAccess)
  }

  deinit {
    journal.close()
  }

  /// In the order of their ids.
  public var entries: [ChildAccessEntry] {
    access.all.map { ChildAccessEntry($0, isConnected: nil) }
  }

  /// - Returns: the new token where one was made.
  public func change(_ change: ChildAccessChange, of child: String) async throws(ChildAccessRefusal) -> String? {
    let plan = try access.plan(change, of: child, at: NodeClock.unixSeconds())
    let failure = await withCheckedContinuation { continuation in
      journal.commit([.nodeSecretStored(access.secret), plan.change]) { continuation.resume(returning: $0) }
    }
    if let failure { throw .notStored(failure, isInForce: false) }
    access.apply(plan.change)
    return plan.token
  }
}
