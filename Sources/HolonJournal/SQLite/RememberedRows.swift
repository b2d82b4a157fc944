import HolonRouting

/// A table that only grows at its end and is cut at its beginning, bounded by rows and by age. Used by one thread at a
/// time.
struct RememberedRows {
  private let limit: Int
  private let seconds: Int
  private let deleteUpTo: Statement
  private let firstYoungerThan: Statement
  private var newest: Int
  private var oldest: Int
  private var agedAt = 0

  /// Cutting some rows at once is cheaper than cutting one each time.
  private static let slack = 64

  init(table: String, connection: Connection, limit: Int, seconds: Int) throws(JournalFailure) {
    self.limit = limit
    self.seconds = seconds
    deleteUpTo = try connection.prepare("DELETE FROM \(table) WHERE number <= ?1")
    firstYoungerThan = try connection.prepare("SELECT number FROM \(table) WHERE at > ?1 ORDER BY number LIMIT 1")
    newest = try connection.integer("SELECT max(number) FROM \(table)") ?? 0
    oldest = try connection.integer("SELECT coalesce(min(number), 1) FROM \(table)") ?? 1
  }

  /// The number for the next row.
  mutating func takeNumber() -> Int {
    newest += 1
    return newest
  }

  mutating func prune(now: Int) throws(JournalFailure) {
    if newest - oldest + 1 > limit + Self.slack { try cut(upTo: newest - limit) }
    guard now > agedAt else { return }
    agedAt = now
    firstYoungerThan.bind(1, now - seconds)
    let first = try firstYoungerThan.step() ? firstYoungerThan.integer(0) : newest + 1
    firstYoungerThan.reset()
    if first > oldest { try cut(upTo: first - 1) }
  }

  private mutating func cut(upTo number: Int) throws(JournalFailure) {
    deleteUpTo.bind(1, number)
    try deleteUpTo.run()
    oldest = number + 1
  }
}
