import HolonRouting

extension SQLiteStore {
  mutating func freeTasks(limit: Int) throws(JournalFailure) -> [TaskKey] {
    let statement = statements.freeTasks
    defer { statement.reset() }
    statement.bind(1, limit)
    var keys: [TaskKey] = []
    while try statement.step() { keys.append(TaskKey(jobID: statement.text(0), taskID: statement.text(1))) }
    return keys
  }

  mutating func events(
    lowestPriorityFirst: Bool, limit: Int
  ) throws(JournalFailure) -> [(id: String, priority: Double)] {
    let statement = lowestPriorityFirst ? statements.lowestEvents : statements.oldestEvents
    defer { statement.reset() }
    statement.bind(1, limit)
    var events: [(id: String, priority: Double)] = []
    while try statement.step() { events.append((statement.text(0), statement.double(1))) }
    return events
  }

  mutating func taskContent(_ number: Int) throws(JournalFailure) -> [UInt8]? {
    try content(number, with: statements.taskContent)
  }

  mutating func outboxContent(_ number: Int) throws(JournalFailure) -> [UInt8]? {
    try content(number, with: statements.outboxContent)
  }

  private func content(_ number: Int, with statement: Statement) throws(JournalFailure) -> [UInt8]? {
    defer { statement.reset() }
    statement.bind(1, number)
    guard try statement.step() else { return nil }
    return try codec.decode(statement.bytes(1), plainBytes: statement.optionalInteger(0))
  }

  /// What the file holds, as the writer keeps it in memory.
  func ledger() throws(JournalFailure) -> Ledger {
    var ledger = Ledger()
    let tasks = try connection.prepare("SELECT number, job, task, length(content) FROM tasks")
    while try tasks.step() {
      ledger.setTask(TaskKey(jobID: tasks.text(1), taskID: tasks.text(2)), Self.row(tasks, &ledger))
    }
    let outbox = try connection.prepare("SELECT number, job, subject, length(content), kind FROM outbox")
    while try outbox.step() {
      let row = Self.row(outbox, &ledger)
      if outbox.text(4) == DeadLetter.Kind.event.rawValue {
        ledger.setEvent(outbox.text(2), row)
      } else {
        ledger.setResult(TaskKey(jobID: outbox.text(1), taskID: outbox.text(2)), row)
      }
    }
    let letters = try connection.prepare(
      "SELECT count(*), coalesce(sum(length(content)), 0), coalesce(max(number), 0) FROM dead_letters")
    if try letters.step() {
      ledger.addDeadLetters(rows: letters.integer(0), bytes: letters.integer(1))
      ledger.reserveNumbers(upTo: letters.integer(2))
    }
    ledger.commit()
    return ledger
  }

  private static func row(_ statement: Statement, _ ledger: inout Ledger) -> Ledger.Row {
    ledger.reserveNumbers(upTo: statement.integer(0))
    return Ledger.Row(number: statement.integer(0), bytes: statement.integer(3) + Ledger.rowOverhead)
  }
}
