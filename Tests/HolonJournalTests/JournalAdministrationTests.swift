import HolonJournal
import HolonRouting
import RXON
import Testing

@Suite("The administration of a journal")
struct JournalAdministrationTests {
  private let directory = TemporaryDirectory()
  private var path: String { directory.file("holon.db") }

  /// A journal with one entry of each kind, and dead letters of each.
  private func fill() async throws -> SQLiteJournal {
    let journal = try SQLiteJournal(path: path)
    let long = Array("{\n\"text\": \"\(String(repeating: "long ", count: 1_000))\"\n}".utf8)
    let lost = Array(#"{"job_id":"job","task_id":"lost","type":"render","priority":4}"#.utf8)
    _ = await journal.committing(
      .taskTaken(task("waiting", content: long)), .resultStored(result("done")),
      .eventStored(event("told", priority: 2)),
      .resultStored(result("refused", status: "odd", content: [UInt8](#"{"a":1}"#.utf8))), .eventStored(event("late")),
      .outboxDeadLettered(.result(key("refused")), reason: "forbidden", detail: "said no", at: 1_800_000_000),
      .outboxDeadLettered(.event("late"), reason: "expired", detail: "", at: 1_800_000_001),
      .deadLettered(
        DeadLetter(
          kind: .task, subject: "job/lost", uplink: parent, reason: "expired", detail: "", at: 3, content: lost)))
    return journal
  }

  @Test("lists and shows what a running node holds, without its leave")
  func looking() async throws {
    let journal = try await fill()
    defer { journal.close() }
    let administration = try JournalAdministration(path: path, access: .read)

    let all = try administration.list(limit: 100)
    #expect(all.map(\.kind) == [.task, .result, .event, .deadLetter, .deadLetter, .deadLetter])
    #expect(all.map(\.subject) == ["job/waiting", "job/done", "told", "job/refused", "late", "job/lost"])
    #expect(try administration.list(limit: 2) == Array(all.prefix(2)))
    #expect(try administration.list(kinds: [.deadLetter], after: all[3].number, limit: 9) == Array(all.suffix(2)))
    #expect(all[0].skill == "echo" && all[0].deadline == 2_000_000_000)
    #expect(all[0].storedSize < all[0].size)
    #expect(all[3].reason == "forbidden" && all[3].detail == "said no" && all[3].formerKind == .result)

    let shown = try #require(try administration.show(all[0].number))
    #expect(shown.entry == all[0])
    #expect(shown.content.count == all[0].size)
    #expect(try administration.show(999) == nil)
    #expect(try administration.usage() == journal.usage())
  }

  @Test("does not change the journal of a running node")
  func lockedOut() async throws {
    let journal = try await fill()
    defer { journal.close() }
    #expect { try JournalAdministration(path: path, access: .write) } throws: { error in
      if case .locked? = error as? JournalFailure { true } else { false }
    }
    let administration = try JournalAdministration(path: path, access: .read)
    #expect(throws: JournalFailure.self) { try administration.drop(1) }
  }

  @Test("puts dead letters back for the child that they belong to")
  func retryForChild() async throws {
    let lane = UplinkID("main", child: "w1")
    let journal = try SQLiteJournal(path: path)
    var (refused, late) = (result("refused"), event("late"))
    (refused.uplink, late.uplink) = (lane, lane)
    let lost = DeadLetter(
      kind: .task, subject: "job/lost", uplink: lane, reason: "rows", detail: "", at: 1,
      content: Array(#"{"job_id":"job","task_id":"lost","type":"echo"}"#.utf8))
    let changes: [JournalChange] = [
      .resultStored(refused), .eventStored(late), .deadLettered(lost),
      .outboxDeadLettered(.result(refused.key), reason: "forbidden", detail: "", at: 1),
      .outboxDeadLettered(.event(late.eventID), reason: "forbidden", detail: "", at: 1),
    ]
    for change in changes { #expect(await journal.committing(change) == nil) }
    journal.close()
    do {
      let administration = try JournalAdministration(path: path, access: .write)
      for letter in try administration.list(kinds: [.deadLetter], limit: 9) {
        #expect(letter.uplink == "main" && letter.uplinkChild == "w1")
        #expect(letter.json()["uplink_child"]?.stringValue == "w1")
        #expect(try administration.retry(letter.number) != nil)
      }
    }
    let reopened = try SQLiteJournal(path: path)
    defer { reopened.close() }
    let snapshot = try reopened.restore()
    #expect(snapshot.tasks.map(\.uplink) == [lane])
    #expect(snapshot.results.map(\.uplink) == [lane])
    #expect(snapshot.events.map(\.uplink) == [lane])
  }

  @Test("puts dead letters back to where they came from")
  func retry() async throws {
    try await fill().close()
    do {
      let administration = try JournalAdministration(path: path, access: .write)
      for letter in try administration.list(kinds: [.deadLetter], limit: 9) {
        #expect(try administration.retry(letter.number) != nil)
        #expect(try administration.retry(letter.number) == nil)
      }
    }
    let journal = try SQLiteJournal(path: path)
    defer { journal.close() }
    let snapshot = try journal.restore()
    #expect(snapshot.results.map(\.key) == [key("done"), key("refused")])
    #expect(snapshot.results.map(\.status) == ["success", "odd"])
    #expect(snapshot.events.map(\.eventID) == ["told", "late"])
    #expect(snapshot.tasks.map(\.key) == [key("waiting"), key("lost")])
    #expect(snapshot.tasks.last?.skill == "render")
    #expect(snapshot.tasks.last?.priority == 4)
    #expect(try await journal.content(.result(key("refused"))) == Array(#"{"a":1}"#.utf8))
    #expect(journal.usage().deadLetters == 0)
  }

  @Test("reads a stopped node's journal and one that a crash left, without changing either")
  func stopped() async throws {
    let journal = try await fill()
    let crashed = directory.file("crashed.db")
    Files.copy(path, to: crashed)
    Files.copy(path + "-wal", to: crashed + "-wal")
    journal.close()
    for path in [path, crashed] {
      let before = Files.read(path)
      #expect(try JournalAdministration(path: path, access: .read).list(limit: 100).count == 6)
      #expect(Files.read(path) == before)
    }
  }

  @Test("drops one entry of any kind")
  func drop() async throws {
    try await fill().close()
    let administration = try JournalAdministration(path: path, access: .write)
    for entry in try administration.list(limit: 100) {
      #expect(try administration.drop(entry.number))
      #expect(try administration.drop(entry.number) == false)
    }
    #expect(try administration.list(limit: 100).isEmpty)
  }

  @Test("exports every entry as one line of JSON with its content")
  func export() async throws {
    let journal = try await fill()
    defer { journal.close() }
    let administration = try JournalAdministration(path: path, access: .read)
    var lines: [RawJSON] = []
    try administration.export { line in
      #expect(line.last == UInt8(ascii: "\n") && !line.dropLast().contains(UInt8(ascii: "\n")))
      lines.append(try RawJSON(validating: line))
    }
    #expect(lines.count == 6)
    #expect(lines.first?["content"]?["text"]?.stringValue?.count == 5_000)
    #expect(lines.last?["former_kind"]?.stringValue == "task")
    #expect(lines.last?["content"]?["type"]?.stringValue == "render")
  }

  @Test("names what is not there")
  func missing() {
    #expect { try JournalAdministration(path: path, access: .read) } throws: { error in
      guard case .unusable(let text)? = error as? JournalFailure else { return false }
      return text.contains(path)
    }
  }
}
