import HolonRouting

/// The rows in an SQLite file. Used by one thread at a time.
struct SQLiteStore: RecordStore {
  let connection: Connection
  /// Held as long as the store may write.
  private let lock: JournalLock
  let codec: ContentCodec
  let statements: Statements
  private var finished: RememberedRows
  private var seenEvents: RememberedRows
  private var saved: (finished: RememberedRows, seenEvents: RememberedRows)?
  private let limits: JournalLimits

  init(
    connection: Connection, lock: JournalLock, codec: ContentCodec, limits: JournalLimits
  ) throws(JournalFailure) {
    self.connection = connection
    self.lock = lock
    self.codec = codec
    self.limits = limits
    statements = try Statements(connection)
    finished = try RememberedRows(
      table: "finished", connection: connection, limit: limits.rememberedRows, seconds: limits.rememberedSeconds)
    seenEvents = try RememberedRows(
      table: "seen_events", connection: connection, limit: limits.rememberedRows, seconds: limits.rememberedSeconds)
  }

  // MARK: Transactions

  mutating func begin() throws(JournalFailure) {
    try statements.begin.run()
    saved = (finished, seenEvents)
  }

  mutating func commit() throws(JournalFailure) {
    try statements.commit.run()
    saved = nil
  }

  mutating func rollBack() {
    connection.rollBack()
    if let saved { (finished, seenEvents) = saved }
    saved = nil
  }

  /// Gives pages back to the file system, a few at a time, when much of the file is unused.
  mutating func maintain() -> Bool {
    guard let free = try? connection.integer("PRAGMA freelist_count"), free > Self.keptFreePages else { return false }
    do throws(JournalFailure) {
      try connection.execute("PRAGMA incremental_vacuum(\(min(free - Self.keptFreePages, 1_024)))")
      return true
    } catch {
      return false
    }
  }

  mutating func close() {
    // What stays in the write-ahead log is read from there at the next start.
    try? connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
  }

  /// 16 MiB, for reuse.
  private static let keptFreePages = 4_096

  // MARK: Tasks

  mutating func insert(_ task: TaskRecord, number: Int) throws(JournalFailure) -> Int {
    let statement = statements.insertTask
    statement.bind(1, number)
    statement.bind(2, task.key.jobID)
    statement.bind(3, task.key.taskID)
    statement.bind(4, task.uplink.name)
    statement.bind(5, task.skill)
    statement.bind(6, task.priority)
    statement.bind(7, task.deadline)
    statement.bind(8, task.assignedTo)
    statement.bind(9, task.attempts)
    statement.bind(10, task.takenAt)
    statement.bind(13, task.skillVersion)
    statement.bind(14, task.skillType)
    statement.bind(15, task.uplink.child)
    return try store(task.content, with: statement, plainBytes: 11, content: 12)
  }

  mutating func assignTask(_ number: Int, child: String, attempts: Int) throws(JournalFailure) {
    statements.assignTask.bind(1, number)
    statements.assignTask.bind(2, child)
    statements.assignTask.bind(3, attempts)
    try statements.assignTask.run()
  }

  mutating func releaseTask(_ number: Int) throws(JournalFailure) {
    statements.releaseTask.bind(1, number)
    try statements.releaseTask.run()
  }

  mutating func deleteTask(_ number: Int) throws(JournalFailure) {
    statements.deleteTask.bind(1, number)
    try statements.deleteTask.run()
  }

  // MARK: Outbox

  mutating func insert(_ result: ResultRecord, number: Int) throws(JournalFailure) -> Int {
    let statement = statements.insertOutboxItem
    statement.bind(1, number)
    statement.bind(2, DeadLetter.Kind.result.rawValue)
    statement.bind(3, result.key.jobID)
    statement.bind(4, result.key.taskID)
    statement.bind(5, result.uplink.name)
    statement.bind(6, result.status)
    statement.bind(7, 0.0)
    statement.bind(8, result.storedAt)
    statement.bind(11, result.uplink.child)
    return try store(result.content, with: statement, plainBytes: 9, content: 10)
  }

  mutating func insert(_ event: EventRecord, number: Int) throws(JournalFailure) -> Int {
    let statement = statements.insertOutboxItem
    statement.bind(1, number)
    statement.bind(2, DeadLetter.Kind.event.rawValue)
    statement.bind(3, "")
    statement.bind(4, event.eventID)
    statement.bind(5, event.uplink.name)
    statement.bind(6, "")
    statement.bind(7, event.priority)
    statement.bind(8, event.storedAt)
    statement.bind(11, event.uplink.child)
    return try store(event.content, with: statement, plainBytes: 9, content: 10)
  }

  mutating func deleteOutboxItem(_ number: Int) throws(JournalFailure) {
    statements.deleteOutboxItem.bind(1, number)
    try statements.deleteOutboxItem.run()
  }

  // MARK: Memory

  mutating func rememberFinished(_ key: TaskKey, outcome: String, at: Int) throws(JournalFailure) {
    let statement = statements.insertFinished
    statement.bind(1, finished.takeNumber())
    statement.bind(2, key.jobID)
    statement.bind(3, key.taskID)
    statement.bind(4, outcome)
    statement.bind(5, at)
    try statement.run()
  }

  mutating func rememberEvent(_ eventID: String, at: Int) throws(JournalFailure) {
    let statement = statements.insertSeenEvent
    statement.bind(1, seenEvents.takeNumber())
    statement.bind(2, eventID)
    statement.bind(3, at)
    try statement.run()
  }

  mutating func prune(now: Int) throws(JournalFailure) {
    try finished.prune(now: now)
    try seenEvents.prune(now: now)
  }

  /// Runs an insertion with its content bound last, and returns the bytes that the content takes.
  func store(
    _ content: [UInt8], with statement: Statement, plainBytes: Int32, content parameter: Int32
  ) throws(JournalFailure) -> Int {
    try codec.encode(content) { bytes, plain throws(JournalFailure) in
      statement.bind(plainBytes, plain)
      statement.bind(parameter, borrowing: bytes)
      try statement.run()
      return bytes.count
    }
  }
}
