import HolonRouting

/// What is stored, in memory: finds a row without an index in the file, and counts without asking the file.
///
/// Every change can be undone until ``commit()``.
struct Ledger {
  struct Row {
    var number: Int
    /// What the row counts towards the limit on bytes.
    var bytes: Int
  }

  private enum Undo {
    case task(TaskKey, Row?)
    case result(TaskKey, Row?)
    case event(String, Row?)
    case deadLetters(rows: Int, bytes: Int)
  }

  /// A row's share of pages and record headers, about.
  static let rowOverhead = 128

  private(set) var tasks: [TaskKey: Row] = [:]
  private(set) var results: [TaskKey: Row] = [:]
  private(set) var events: [String: Row] = [:]
  private(set) var deadLetterRows = 0
  private(set) var deadLetterBytes = 0
  private(set) var liveBytes = 0
  private var nextNumber = 1
  private var undo: [Undo] = []

  var bytes: Int { liveBytes + deadLetterBytes }

  var usage: JournalUsage {
    JournalUsage(
      bytes: bytes, tasks: tasks.count, results: results.count, events: events.count, deadLetters: deadLetterRows)
  }

  /// A number higher than all before. Numbers taken by a transaction that failed are not used again.
  mutating func takeNumber() -> Int {
    defer { nextNumber += 1 }
    return nextNumber
  }

  /// Numbers found in the file are not given out again.
  mutating func reserveNumbers(upTo number: Int) {
    nextNumber = max(nextNumber, number + 1)
  }

  /// - Returns: the row that was there.
  @discardableResult
  mutating func setTask(_ key: TaskKey, _ row: Row?) -> Row? {
    let previous = Self.replace(&tasks, key, row, &liveBytes)
    undo.append(.task(key, previous))
    return previous
  }

  /// - Returns: the row that was there.
  @discardableResult
  mutating func setResult(_ key: TaskKey, _ row: Row?) -> Row? {
    let previous = Self.replace(&results, key, row, &liveBytes)
    undo.append(.result(key, previous))
    return previous
  }

  /// - Returns: the row that was there.
  @discardableResult
  mutating func setEvent(_ eventID: String, _ row: Row?) -> Row? {
    let previous = Self.replace(&events, eventID, row, &liveBytes)
    undo.append(.event(eventID, previous))
    return previous
  }

  mutating func addDeadLetters(rows: Int, bytes: Int) {
    undo.append(.deadLetters(rows: deadLetterRows, bytes: deadLetterBytes))
    deadLetterRows += rows
    deadLetterBytes += bytes
  }

  mutating func commit() {
    undo.removeAll(keepingCapacity: true)
  }

  mutating func rollBack() {
    while let change = undo.popLast() {
      switch change {
      case .task(let key, let row): _ = Self.replace(&tasks, key, row, &liveBytes)
      case .result(let key, let row): _ = Self.replace(&results, key, row, &liveBytes)
      case .event(let eventID, let row): _ = Self.replace(&events, eventID, row, &liveBytes)
      case .deadLetters(let rows, let bytes): (deadLetterRows, deadLetterBytes) = (rows, bytes)
      }
    }
  }

  private static func replace<Key>(_ rows: inout [Key: Row], _ key: Key, _ row: Row?, _ bytes: inout Int) -> Row? {
    let previous: Row?
    if let row {
      previous = rows.updateValue(row, forKey: key)
    } else {
      previous = rows.removeValue(forKey: key)
    }
    bytes += (row?.bytes ?? 0) - (previous?.bytes ?? 0)
    return previous
  }
}
