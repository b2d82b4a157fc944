import HolonRouting

/// Reads the rows of every table in one form.
enum EntryQuery {
  static func table(of kind: JournalEntry.Kind) -> String {
    switch kind {
    case .task: "tasks"
    case .result, .event: "outbox"
    case .deadLetter: "dead_letters"
    }
  }

  /// A query that ends in a condition, to be continued with `AND`.
  static func columns(of kind: JournalEntry.Kind) -> String {
    let columns =
      switch kind {
      case .task:
        "NULL, job || '/' || task, uplink, skill, priority, deadline, child, attempts, NULL, NULL, NULL, taken_at"
      case .result:
        "NULL, job || '/' || subject, uplink, NULL, NULL, NULL, NULL, NULL, status, NULL, NULL, stored_at"
      case .event:
        "NULL, subject, uplink, NULL, priority, NULL, NULL, NULL, NULL, NULL, NULL, stored_at"
      case .deadLetter:
        "kind, subject, uplink, skill, priority, deadline, NULL, NULL, status, reason, detail, at"
      }
    let condition =
      switch kind {
      case .result, .event: "kind = '\(kind.rawValue)'"
      case .task, .deadLetter: "true"
      }
    return "SELECT number, \(columns), coalesce(plain_bytes, length(content)), length(content), uplink_child "
      + "FROM \(table(of: kind)) WHERE \(condition)"
  }

  static func entry(_ row: Statement, kind: JournalEntry.Kind) -> JournalEntry {
    JournalEntry(
      number: row.integer(0), kind: kind,
      formerKind: row.optionalText(1).flatMap(DeadLetter.Kind.init(rawValue:)), subject: row.text(2),
      uplink: row.text(3), uplinkChild: row.optionalText(15), skill: row.optionalText(4),
      priority: row.isNull(5) ? nil : row.double(5),
      deadline: row.optionalInteger(6), child: row.optionalText(7), attempts: row.optionalInteger(8),
      status: row.optionalText(9), reason: row.optionalText(10), detail: row.optionalText(11), at: row.integer(12),
      size: row.integer(13), storedSize: row.integer(14))
  }
}
