public import HolonRouting

extension JournalAdministration {
  /// Gives a dead letter another chance: a task waits for a child again, a result or event for its parent.
  /// - Returns: the number of the new entry, or nil when there is no dead letter of this number.
  /// - Throws: `other` for one that cannot be retried, as one without content.
  public func retry(_ number: Int) throws(JournalFailure) -> Int? {
    try requireWriting()
    guard let (entry, content) = try show(number), entry.kind == .deadLetter else { return nil }
    guard try !isPresent(entry) else { throw .other("\(entry.subject) is in the journal already") }
    guard !content.isEmpty else {
      throw .other("dead letter \(number) has no content (any more): \(entry.detail ?? "")")
    }
    let next = try nextNumber()
    try transaction { () throws(JournalFailure) in
      let revival = try revival(of: entry, content: content)
      revival.bind(1, next)
      revival.bind(2, number)
      revival.bind(3, wallClockSeconds())
      try revival.run()
      try delete(number, from: "dead_letters")
    }
    return next
  }

  /// Removes an entry for good.
  /// - Returns: whether there was one of this number.
  public func drop(_ number: Int) throws(JournalFailure) -> Bool {
    try requireWriting()
    guard let entry = try entry(number) else { return false }
    try transaction { () throws(JournalFailure) in
      try delete(number, from: EntryQuery.table(of: entry.kind))
    }
    return true
  }

  /// The statement that copies a dead letter (?2) to where it came from, under a new number (?1)
  /// and time (?3).
  private func revival(of entry: JournalEntry, content: [UInt8]) throws(JournalFailure) -> Statement {
    let statement: Statement
    switch entry.formerKind {
    case .task:
      let (job, task) = try Self.key(entry)
      let routing = try DeadLetterRouting(entry, content: content)
      statement = try connection.prepare(
        """
        INSERT INTO tasks SELECT ?1, ?4, ?5, uplink, ?6, ?7, ?8, NULL, 0, ?3, plain_bytes, content, ?9, ?10,
          uplink_child
        FROM dead_letters WHERE number = ?2
        """)
      statement.bind(4, job)
      statement.bind(5, task)
      statement.bind(6, routing.skill)
      statement.bind(7, routing.priority)
      statement.bind(8, routing.deadline)
      statement.bind(9, routing.skillVersion)
      statement.bind(10, routing.skillType)
    case .result:
      let (job, task) = try Self.key(entry)
      statement = try connection.prepare(Self.revivalInOutbox(kind: "result", status: "coalesce(status, 'success')"))
      statement.bind(4, job)
      statement.bind(5, task)
    case .event:
      statement = try connection.prepare(Self.revivalInOutbox(kind: "event", status: "''"))
      statement.bind(4, "")
      statement.bind(5, entry.subject)
    case nil:
      throw .unusable("dead letter \(entry.number) is of an unknown kind")
    }
    return statement
  }

  private static func revivalInOutbox(kind: String, status: String) -> String {
    """
    INSERT INTO outbox SELECT ?1, '\(kind)', ?4, ?5, uplink, \(status), coalesce(priority, 0.0), ?3,
    plain_bytes, content, uplink_child FROM dead_letters WHERE number = ?2
    """
  }

  private static func key(_ entry: JournalEntry) throws(JournalFailure) -> (job: String, task: String) {
    guard let slash = entry.subject.firstIndex(of: "/") else {
      throw .unusable("dead letter \(entry.number) does not name its task")
    }
    return (String(entry.subject[..<slash]), String(entry.subject[entry.subject.index(after: slash)...]))
  }

  /// Whether what the dead letter was is there again, so that a second one would be in its way.
  private func isPresent(_ letter: JournalEntry) throws(JournalFailure) -> Bool {
    guard let kind = letter.formerKind.flatMap({ JournalEntry.Kind(rawValue: $0.rawValue) }) else { return false }
    let subject = kind == .task ? "job || '/' || task" : kind == .result ? "job || '/' || subject" : "subject"
    let statement = try connection.prepare("\(EntryQuery.columns(of: kind)) AND \(subject) = ?1")
    statement.bind(1, letter.subject)
    defer { statement.reset() }
    return try statement.step()
  }

  private func delete(_ number: Int, from table: String) throws(JournalFailure) {
    let statement = try connection.prepare("DELETE FROM \(table) WHERE number = ?1")
    statement.bind(1, number)
    try statement.run()
  }

  private func nextNumber() throws(JournalFailure) -> Int {
    let highest = try connection.integer(
      """
      SELECT max((SELECT coalesce(max(number), 0) FROM tasks), (SELECT coalesce(max(number), 0) FROM outbox),
        (SELECT coalesce(max(number), 0) FROM dead_letters))
      """)
    return (highest ?? 0) + 1
  }

  private func requireWriting() throws(JournalFailure) {
    guard access == .write else { throw .other("the journal was opened for looking only") }
  }

  private func transaction(_ body: () throws(JournalFailure) -> Void) throws(JournalFailure) {
    try connection.execute("BEGIN IMMEDIATE")
    do throws(JournalFailure) {
      try body()
      try connection.execute("COMMIT")
    } catch {
      connection.rollBack()
      throw error
    }
  }
}
