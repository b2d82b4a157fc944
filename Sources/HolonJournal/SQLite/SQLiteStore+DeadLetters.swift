import HolonRouting

extension SQLiteStore {
  mutating func insert(_ letter: DeadLetter, number: Int) throws(JournalFailure) -> Int {
    let statement = statements.insertDeadLetter
    statement.bind(1, number)
    statement.bind(2, letter.kind.rawValue)
    statement.bind(3, letter.subject)
    statement.bind(4, letter.uplink.name)
    statement.bind(5, letter.reason)
    statement.bind(6, letter.detail)
    statement.bind(7, letter.at)
    statement.bind(10, letter.uplink.child)
    return try store(letter.content, with: statement, plainBytes: 8, content: 9)
  }

  mutating func buryTask(_ number: Int, as burial: Burial) throws(JournalFailure) -> Int {
    defer { statements.buryTask.reset() }
    let bytes = try bury(number, as: burial, with: statements.buryTask)
    try deleteTask(number)
    return bytes
  }

  mutating func buryOutboxItem(_ number: Int, as burial: Burial) throws(JournalFailure) -> Int {
    defer { statements.buryOutboxItem.reset() }
    let bytes = try bury(number, as: burial, with: statements.buryOutboxItem)
    try deleteOutboxItem(number)
    return bytes
  }

  private func bury(_ number: Int, as burial: Burial, with statement: Statement) throws(JournalFailure) -> Int {
    statement.bind(1, number)
    statement.bind(2, burial.number)
    statement.bind(3, burial.reason)
    statement.bind(4, burial.detail)
    statement.bind(5, burial.at)
    statement.bind(6, burial.keepsContent ? 1 : 0)
    return try statement.step() ? statement.integer(0) : 0
  }

  mutating func deleteOldestDeadLetters(_ count: Int) throws(JournalFailure) -> (rows: Int, bytes: Int) {
    let statement = statements.deleteDeadLetters
    defer { statement.reset() }
    statement.bind(1, count)
    var freed = (rows: 0, bytes: 0)
    while try statement.step() {
      freed.rows += 1
      freed.bytes += statement.integer(0)
    }
    return freed
  }

  mutating func stripOldestDeadLetters(bytes: Int) throws(JournalFailure) -> Int {
    let sizes = statements.deadLetterSizes
    var freed = 0
    var last = 0
    while freed < bytes, try sizes.step() {
      last = sizes.integer(0)
      freed += sizes.integer(1)
    }
    sizes.reset()
    statements.stripDeadLetters.bind(1, last)
    try statements.stripDeadLetters.run()
    return freed
  }
}
