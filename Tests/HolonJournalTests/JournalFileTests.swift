import Glibc
import HolonRouting
import Testing

@testable import HolonJournal

@Suite("A journal's file")
struct JournalFileTests {
  private let directory = TemporaryDirectory()
  private var path: String { directory.file("holon.db") }

  private func failure(of body: () throws -> Void) -> JournalFailure? {
    do {
      try body()
      return nil
    } catch {
      return error as? JournalFailure
    }
  }

  @Test("of schema version 1 is brought to the present one with all it holds")
  func migration() async throws {
    // What the first version wrote. Do not follow the program's schema here: files do not change with it.
    let code = RawDatabase.execute(
      """
      PRAGMA journal_mode = WAL;
      CREATE TABLE tasks (number INTEGER PRIMARY KEY, job TEXT NOT NULL, task TEXT NOT NULL, uplink TEXT NOT NULL,
        skill TEXT NOT NULL, priority REAL NOT NULL, deadline INTEGER, child TEXT, attempts INTEGER NOT NULL,
        taken_at INTEGER NOT NULL, plain_bytes INTEGER, content BLOB NOT NULL) STRICT;
      CREATE TABLE outbox (number INTEGER PRIMARY KEY, kind TEXT NOT NULL, job TEXT NOT NULL, subject TEXT NOT NULL,
        uplink TEXT NOT NULL, status TEXT NOT NULL, priority REAL NOT NULL, stored_at INTEGER NOT NULL,
        plain_bytes INTEGER, content BLOB NOT NULL) STRICT;
      CREATE INDEX events_by_priority ON outbox (priority, number) WHERE kind = 'event';
      CREATE TABLE finished (number INTEGER PRIMARY KEY, job TEXT NOT NULL, task TEXT NOT NULL, outcome TEXT NOT NULL,
        at INTEGER NOT NULL) STRICT;
      CREATE TABLE seen_events (number INTEGER PRIMARY KEY, event TEXT NOT NULL, at INTEGER NOT NULL) STRICT;
      INSERT INTO tasks VALUES (7, 'job', 'old', 'parent', 'echo', 1.5, NULL, NULL, 0, 1700000000, NULL, x'0102');
      INSERT INTO seen_events VALUES (1, 'seen', 4000000000);
      PRAGMA application_id = 0x484F4C4E;
      PRAGMA user_version = 1;
      """, on: path)
    #expect(code == 0)

    let journal = try SQLiteJournal(path: path)
    defer { journal.close() }
    #expect(try journal.restore().tasks.map(\.key) == [key("old")])
    #expect(try journal.restore().seenEvents == ["seen"])
    #expect(try await journal.content(key("old")) == [1, 2])
    let letter = DeadLetter(
      kind: .event, subject: "x", uplink: parent, reason: "expired", detail: "", at: 1, content: [])
    #expect(await journal.committing(.deadLettered(letter)) == nil)
  }

  @Test("of schema version 3 is brought to the present one with all it holds, and learns how children may come in")
  func migrationFromVersion3() async throws {
    // What the third version wrote. Do not follow the program's schema here: files do not change with it.
    let code = RawDatabase.execute(
      """
      PRAGMA journal_mode = WAL;
      CREATE TABLE tasks (number INTEGER PRIMARY KEY, job TEXT NOT NULL, task TEXT NOT NULL, uplink TEXT NOT NULL,
        skill TEXT NOT NULL, priority REAL NOT NULL, deadline INTEGER, child TEXT, attempts INTEGER NOT NULL,
        taken_at INTEGER NOT NULL, plain_bytes INTEGER, content BLOB NOT NULL, skill_version TEXT, skill_type TEXT)
        STRICT;
      CREATE TABLE outbox (number INTEGER PRIMARY KEY, kind TEXT NOT NULL, job TEXT NOT NULL, subject TEXT NOT NULL,
        uplink TEXT NOT NULL, status TEXT NOT NULL, priority REAL NOT NULL, stored_at INTEGER NOT NULL,
        plain_bytes INTEGER, content BLOB NOT NULL) STRICT;
      CREATE INDEX events_by_priority ON outbox (priority, number) WHERE kind = 'event';
      CREATE TABLE finished (number INTEGER PRIMARY KEY, job TEXT NOT NULL, task TEXT NOT NULL, outcome TEXT NOT NULL,
        at INTEGER NOT NULL) STRICT;
      CREATE TABLE seen_events (number INTEGER PRIMARY KEY, event TEXT NOT NULL, at INTEGER NOT NULL) STRICT;
      CREATE TABLE dead_letters (number INTEGER PRIMARY KEY, kind TEXT NOT NULL, subject TEXT NOT NULL,
        uplink TEXT NOT NULL, skill TEXT, priority REAL, deadline INTEGER, status TEXT, reason TEXT NOT NULL,
        detail TEXT NOT NULL, at INTEGER NOT NULL, plain_bytes INTEGER, content BLOB NOT NULL) STRICT;
      INSERT INTO tasks VALUES
        (7, 'job', 'old', 'parent', 'echo', 1.5, NULL, 'w1', 2, 1700000000, NULL, x'0102', '2.0', 'gpu');
      INSERT INTO outbox VALUES
        (8, 'result', 'job', 'done', 'parent', 'success', 0.0, 1700000001, NULL, x'03');
      PRAGMA application_id = 0x484F4C4E;
      PRAGMA user_version = 3;
      """, on: path)
    #expect(code == 0)

    let journal = try SQLiteJournal(path: path)
    defer { journal.close() }
    var snapshot = try journal.restore()
    #expect(snapshot.tasks.map(\.key) == [key("old")])
    #expect(snapshot.tasks.first?.skillVersion == "2.0")
    #expect(snapshot.tasks.first?.assignedTo == "w1")
    #expect(snapshot.tasks.first?.uplink == UplinkID("parent"))
    #expect(snapshot.results.first?.uplink == UplinkID("parent"))
    #expect(snapshot.results.map(\.key) == [key("done")])
    #expect(snapshot.nodeSecret == nil && snapshot.childAccess.isEmpty)
    let changes: [JournalChange] = [
      .nodeSecretStored(NodeSecret([9])), .childTokenIssued(child: "w1", digest: "d", at: 5),
    ]
    for change in changes { #expect(await journal.committing(change) == nil) }
    snapshot = try journal.restore()
    #expect(snapshot.nodeSecret == NodeSecret([9]))
    #expect(snapshot.childAccess == [ChildAccessRecord(child: "w1", tokenDigest: "d", tokenIssuedAt: 5, epoch: 1)])
  }

  @Test("keeps its version when a step of a migration fails")
  func failedMigration() throws {
    try SQLiteJournal(path: path).close()
    let broken = Schema(steps: Schema.current.steps + ["CREATE TABLE more (number INTEGER); NONSENSE;"])
    #expect(throws: JournalFailure.self) {
      try SQLiteJournal(path: path, options: JournalOptions(), schema: broken)
    }
    try SQLiteJournal(path: path).close()
  }

  @Test("of a later version is refused")
  func laterVersion() throws {
    try SQLiteJournal(path: path).close()
    #expect(RawDatabase.execute("PRAGMA user_version = 99", on: path) == 0)
    guard case .unusable(let text) = failure(of: { _ = try SQLiteJournal(path: path) }) else {
      Issue.record("expected to be refused")
      return
    }
    #expect(text.contains("schema version 99"))
  }

  @Test("of another program is refused and left as it was")
  func foreign() throws {
    #expect(RawDatabase.execute("CREATE TABLE addresses (name TEXT)", on: path) == 0)
    let before = Files.read(path)
    guard case .unusable(let text) = failure(of: { _ = try SQLiteJournal(path: path) }) else {
      Issue.record("expected to be refused")
      return
    }
    #expect(text.contains("is not a Holon journal"))
    #expect(Files.read(path) == before)
  }

  @Test("that is no database is refused")
  func garbage() throws {
    Files.write(noise(20_000), to: path)
    guard case .unusable(let text) = failure(of: { _ = try SQLiteJournal(path: path) }) else {
      Issue.record("expected to be refused")
      return
    }
    #expect(text.contains("is not a Holon journal"))
  }

  @Test("that was damaged while a crashed node held it is refused")
  func damaged() async throws {
    let journal = try SQLiteJournal(path: path)
    for number in 0..<200 { _ = await journal.committing(.taskTaken(task("\(number)", content: noise(900)))) }
    journal.close()
    let second = try SQLiteJournal(path: path)
    _ = await second.committing(.taskTaken(task("last")))
    let copy = directory.file("copy.db")
    var bytes = Files.read(path)
    for index in 8_192..<(bytes.count - 4_096) { bytes[index] = UInt8(truncatingIfNeeded: index &* 31) }
    Files.write(bytes, to: copy)
    Files.copy(path + "-wal", to: copy + "-wal")
    second.close()
    guard case .unusable(let text) = failure(of: { _ = try SQLiteJournal(path: copy) }) else {
      Issue.record("expected to be refused")
      return
    }
    #expect(text.contains("is damaged") && text.contains("move it away"))
  }

  @Test("has one holder at a time, whom the refusal names")
  func locked() throws {
    let journal = try SQLiteJournal(path: path)
    guard case .locked(let text) = failure(of: { _ = try SQLiteJournal(path: path) }) else {
      Issue.record("expected to be refused")
      return
    }
    #expect(text.contains("pid \(getpid())"))
    journal.close()
    try SQLiteJournal(path: path).close()
  }

  @Test("in a directory that is not there is refused with its path")
  func missingDirectory() throws {
    let failure = failure { _ = try SQLiteJournal(path: directory.file("none/holon.db")) }
    guard case .other(let text) = failure else {
      Issue.record("expected to be refused")
      return
    }
    #expect(text.contains("none/holon.db"))
  }

  @Test("is readable by its owner only")
  func permissions() throws {
    try SQLiteJournal(path: path).close()
    var status = stat()
    #expect(stat(path, &status) == 0)
    #expect(status.st_mode & 0o077 == 0)
  }

  @Test("is written durably")
  func pragmas() throws {
    try JournalFile.open(path, schema: .current).assertDurable()
  }
}

extension Connection {
  fileprivate func assertDurable() throws {
    #expect(try text("PRAGMA journal_mode") == "wal")
    #expect(try integer("PRAGMA synchronous") == 2)
    #expect(try integer("PRAGMA auto_vacuum") == 2)
    #expect(try integer("PRAGMA application_id") == 0x484F_4C4E)
  }
}
