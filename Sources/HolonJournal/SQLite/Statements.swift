import HolonRouting

/// The writer's statements, prepared once.
final class Statements {
  let begin: Statement
  let commit: Statement
  let insertTask: Statement
  let assignTask: Statement
  let releaseTask: Statement
  let deleteTask: Statement
  let insertOutboxItem: Statement
  let deleteOutboxItem: Statement
  let insertFinished: Statement
  let insertSeenEvent: Statement
  let insertDeadLetter: Statement
  let buryTask: Statement
  let buryOutboxItem: Statement
  let deleteDeadLetters: Statement
  let deadLetterSizes: Statement
  let stripDeadLetters: Statement
  let freeTasks: Statement
  let oldestEvents: Statement
  let lowestEvents: Statement
  let taskContent: Statement
  let outboxContent: Statement

  init(_ connection: Connection) throws(JournalFailure) {
    begin = try connection.prepare("BEGIN IMMEDIATE")
    commit = try connection.prepare("COMMIT")
    insertTask = try connection.prepare(
      "INSERT INTO tasks VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15)")
    assignTask = try connection.prepare("UPDATE tasks SET child = ?2, attempts = ?3 WHERE number = ?1")
    releaseTask = try connection.prepare("UPDATE tasks SET child = NULL WHERE number = ?1")
    deleteTask = try connection.prepare("DELETE FROM tasks WHERE number = ?1")
    insertOutboxItem = try connection.prepare(
      "INSERT INTO outbox VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)")
    deleteOutboxItem = try connection.prepare("DELETE FROM outbox WHERE number = ?1")
    insertFinished = try connection.prepare("INSERT INTO finished VALUES (?1, ?2, ?3, ?4, ?5)")
    insertSeenEvent = try connection.prepare("INSERT INTO seen_events VALUES (?1, ?2, ?3)")
    insertDeadLetter = try connection.prepare(
      """
      INSERT INTO dead_letters (number, kind, subject, uplink, reason, detail, at, plain_bytes, content, uplink_child)
      VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)
      """)
    buryTask = try connection.prepare(
      Self.burial(of: "'task', job || '/' || task, uplink, skill, priority, deadline, NULL", from: "tasks"))
    buryOutboxItem = try connection.prepare(
      Self.burial(
        of: "kind, iif(kind = 'result', job || '/' || subject, subject), uplink, NULL, priority, NULL, status",
        from: "outbox"))
    deleteDeadLetters = try connection.prepare(
      """
      DELETE FROM dead_letters WHERE number IN (SELECT number FROM dead_letters ORDER BY number LIMIT ?1)
      RETURNING length(content)
      """)
    deadLetterSizes = try connection.prepare("SELECT number, length(content) FROM dead_letters ORDER BY number")
    stripDeadLetters = try connection.prepare(
      """
      UPDATE dead_letters SET content = x'', plain_bytes = NULL, detail = detail || '; the content was removed for room'
      WHERE number <= ?1 AND length(content) > 0
      """)
    freeTasks = try connection.prepare("SELECT job, task FROM tasks WHERE child IS NULL ORDER BY number LIMIT ?1")
    oldestEvents = try connection.prepare(
      "SELECT subject, priority FROM outbox WHERE kind = 'event' ORDER BY number LIMIT ?1")
    lowestEvents = try connection.prepare(
      "SELECT subject, priority FROM outbox WHERE kind = 'event' ORDER BY priority, number LIMIT ?1")
    taskContent = try connection.prepare("SELECT plain_bytes, content FROM tasks WHERE number = ?1")
    outboxContent = try connection.prepare("SELECT plain_bytes, content FROM outbox WHERE number = ?1")
  }

  /// ?1 the row, ?2 the dead letter's number, ?3 reason, ?4 detail, ?5 time, ?6 whether the content stays.
  private static func burial(of columns: String, from table: String) -> String {
    """
    INSERT INTO dead_letters
    (number, kind, subject, uplink, skill, priority, deadline, status, reason, detail, at, plain_bytes, content,
    uplink_child)
    SELECT ?2, \(columns), ?3, ?4, ?5, iif(?6, plain_bytes, NULL), iif(?6, content, x''), uplink_child
    FROM \(table) WHERE number = ?1
    RETURNING length(content)
    """
  }
}
