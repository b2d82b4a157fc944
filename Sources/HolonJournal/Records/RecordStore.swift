import HolonRouting

/// Where rows lie: the primitive operations that the journal's rules are written in. Used by one thread at a time.
///
/// Rows are named by their number; the rules keep track of which they are. Operations that store a content return how
/// many bytes it takes.
protocol RecordStore: SendableMetatype {
  mutating func begin() throws(JournalFailure)
  /// Returns once everything since `begin` has reached stable storage.
  mutating func commit() throws(JournalFailure)
  mutating func rollBack()
  /// Uses a moment without work. Returns whether there is more to do.
  mutating func maintain() -> Bool
  mutating func close()

  mutating func insert(_ task: TaskRecord, number: Int) throws(JournalFailure) -> Int
  mutating func assignTask(_ number: Int, child: String, attempts: Int) throws(JournalFailure)
  mutating func releaseTask(_ number: Int) throws(JournalFailure)
  mutating func deleteTask(_ number: Int) throws(JournalFailure)
  mutating func insert(_ result: ResultRecord, number: Int) throws(JournalFailure) -> Int
  mutating func insert(_ event: EventRecord, number: Int) throws(JournalFailure) -> Int
  mutating func deleteOutboxItem(_ number: Int) throws(JournalFailure)

  mutating func rememberFinished(_ key: TaskKey, outcome: String, at: Int) throws(JournalFailure)
  mutating func rememberEvent(_ eventID: String, at: Int) throws(JournalFailure)
  /// Forgets what is beyond the limits on what is remembered.
  mutating func prune(now: Int) throws(JournalFailure)

  mutating func insert(_ letter: DeadLetter, number: Int) throws(JournalFailure) -> Int
  mutating func buryTask(_ number: Int, as burial: Burial) throws(JournalFailure) -> Int
  mutating func buryOutboxItem(_ number: Int, as burial: Burial) throws(JournalFailure) -> Int
  /// Removes the oldest dead letters. Returns how many rows and bytes were freed.
  mutating func deleteOldestDeadLetters(_ count: Int) throws(JournalFailure) -> (rows: Int, bytes: Int)
  /// Removes the contents of the oldest dead letters until `bytes` are freed. Returns how many were.
  mutating func stripOldestDeadLetters(bytes: Int) throws(JournalFailure) -> Int

  mutating func store(_ secret: NodeSecret) throws(JournalFailure)
  mutating func issueToken(to child: String, digest: String, at: Int) throws(JournalFailure)
  mutating func revoke(child: String, at: Int) throws(JournalFailure)
  mutating func restore(child: String) throws(JournalFailure)

  /// Tasks that no child holds, oldest first.
  mutating func freeTasks(limit: Int) throws(JournalFailure) -> [TaskKey]
  /// Events with their priority, the first to go first.
  mutating func events(lowestPriorityFirst: Bool, limit: Int) throws(JournalFailure) -> [(id: String, priority: Double)]

  mutating func taskContent(_ number: Int) throws(JournalFailure) -> [UInt8]?
  mutating func outboxContent(_ number: Int) throws(JournalFailure) -> [UInt8]?
  mutating func snapshot() throws(JournalFailure) -> JournalSnapshot
}

/// How a row becomes a dead letter.
struct Burial {
  /// The number of the dead letter.
  var number: Int
  var reason: String
  var detail: String
  var at: Int
  var keepsContent = true
}
