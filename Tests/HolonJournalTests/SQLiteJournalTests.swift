import HolonRouting
import Testing

@testable import HolonJournal

@Suite("The SQLite journal")
struct SQLiteJournalTests {
  private let directory = TemporaryDirectory()
  private var path: String { directory.file("holon.db") }

  @Test("holds everything over a restart")
  func restart() async throws {
    let content = Array(repeating: UInt8(ascii: "x"), count: 5_000)
    let first = try SQLiteJournal(path: path)
    _ = await first.committing(
      .taskTaken(task("a", child: "worker", content: content)), .taskTaken(task("b")), .resultStored(result("c")),
      .eventStored(event("e", priority: 3)), .delivered(.result(key("d")), outcome: "accepted", at: farFuture),
      .deadLettered(
        DeadLetter(kind: .event, subject: "x", uplink: parent, reason: "expired", detail: "", at: 1, content: [1])))
    let usage = first.usage()
    first.close()

    let second = try SQLiteJournal(path: path)
    defer { second.close() }
    let snapshot = try second.restore()
    #expect(snapshot.tasks == [task("a", child: "worker").withoutContent, task("b").withoutContent])
    #expect(snapshot.results == [result("c", content: [])])
    #expect(snapshot.events == [event("e", priority: 3, content: [])])
    #expect(snapshot.finished == [key("d")])
    #expect(snapshot.seenEvents == ["e"])
    #expect(try await second.content(key("a")) == content)
    #expect(second.usage() == usage)
  }

  @Test("commits together what came while the disk was busy")
  func groups() async throws {
    let journal = try SQLiteJournal(path: path)
    defer { journal.close() }
    let gate = Monitor(false)
    _ = journal.engine.queue.put { _ in gate.wait { $0 ? .done(()) : .wait } }
    let failures = Recording<JournalFailure>()
    for number in 0..<2_000 {
      journal.commit([.taskTaken(task("\(number)"))]) { failure in
        if let failure { failures.append(failure) }
      }
    }
    gate.update {
      $0 = true
      return true
    }
    #expect(await journal.committing() == nil)
    #expect(failures.all.isEmpty)
    #expect(journal.usage().tasks == 2_000)
    #expect(journal.statistics().submissions == 2_001)
    #expect((4...8).contains(journal.statistics().groups))
  }

  @Test("fails a commit that cannot be written without failing its neighbours")
  func neighbours() async throws {
    try SQLiteJournal(path: path).close()
    let poison = "CREATE TRIGGER poison BEFORE INSERT ON tasks WHEN NEW.skill = 'poison' "
    #expect(RawDatabase.execute(poison + "BEGIN SELECT RAISE(ABORT, 'poisoned'); END", on: path) == 0)

    let journal = try SQLiteJournal(path: path)
    defer { journal.close() }
    let outcomes = Recording<Bool>()
    for number in 0..<40 {
      let skill = number % 8 == 3 ? "poison" : "echo"
      journal.commit([.resultStored(result("r\(number)")), .taskTaken(task("\(number)", skill: skill))]) {
        outcomes.append($0 == nil)
      }
    }
    #expect(await journal.committing() == nil)
    #expect(outcomes.all == (0..<40).map { $0 % 8 != 3 })
    // All or nothing: the result beside a poisoned task is not there either.
    #expect(journal.usage().results == 35)
    #expect(try journal.restore().results.count == 35)
    #expect(try journal.restore().tasks.count == 35)
  }

  @Test("has every acknowledged commit in its files at any moment")
  func crash() async throws {
    let journal = try SQLiteJournal(path: path)
    defer { journal.close() }
    let acknowledged = Recording<String>()
    let writing = Task {
      for number in 0..<4_000 {
        // Together smaller than what starts a checkpoint, which a copy file by file would tear apart.
        journal.commit([.taskTaken(task("\(number)", content: noise(300)))]) { failure in
          if failure == nil { acknowledged.append("\(number)") }
        }
        if number % 10 == 0 { try? await Task.sleep(for: .microseconds(200)) }
      }
    }
    for round in 0..<10 {
      try await Task.sleep(for: .milliseconds(Int.random(in: 1...30)))
      let promised = acknowledged.all
      let copy = directory.file("crash-\(round).db")
      Files.copy(path, to: copy)
      Files.copy(path + "-wal", to: copy + "-wal")
      let reopened = try SQLiteJournal(path: copy)
      let found = Set(try reopened.restore().tasks.map(\.key.taskID))
      reopened.close()
      #expect(promised.allSatisfy(found.contains))
    }
    await writing.value
    #expect(await journal.committing() == nil)
    #expect(acknowledged.all.count == 4_000)
  }

  @Test("recovers by itself when a full disk has room again, and keeps what is there")
  func fullDisk() async throws {
    let incidents = Recording<JournalIncident>()
    let journal = try SQLiteJournal(path: path, options: JournalOptions { incidents.append($0) })
    defer { journal.close() }
    #expect(await journal.committing(.taskTaken(task("kept", content: [7]))) == nil)
    setPageLimit(of: journal, to: 1)

    let failure = await journal.committing(.taskTaken(task("lost", content: noise(100_000))))
    guard case .full(let text) = failure else {
      Issue.record("expected a full disk, got \(String(describing: failure))")
      return
    }
    #expect(text.contains("no room"))
    let letter = DeadLetter(
      kind: .event, subject: "x", uplink: parent, reason: "expired", detail: "", at: 1, content: noise(100_000))
    journal.record([.deadLettered(letter)])
    #expect(try await eventually { incidents.all.contains { if case .recordingDelayed = $0 { true } else { false } } })
    #expect(try journal.restore().tasks.map(\.key) == [key("kept")])
    #expect(try await journal.content(key("kept")) == [7])
    #expect(journal.usage().tasks == 1)

    setPageLimit(of: journal, to: 1_000_000)
    #expect(await journal.committing(.taskTaken(task("new", content: noise(100_000)))) == nil)
    #expect(try await eventually { journal.usage().deadLetters == 1 })
    #expect(try journal.restore().tasks.map(\.key) == [key("kept"), key("new")])
  }

  private func setPageLimit(of journal: SQLiteJournal, to pages: Int) {
    _ = journal.engine.queue.put { recorder in
      try? recorder.store.connection.execute("PRAGMA max_page_count = \(pages)")
    }
  }

  @Test("gives unused pages back to the file system when it has nothing to do")
  func shrinks() async throws {
    let journal = try SQLiteJournal(path: path)
    defer { journal.close() }
    let content = noise(1 << 20)
    for number in 0..<60 { _ = await journal.committing(.taskTaken(task("\(number)", content: content))) }
    for number in 0..<60 { journal.record([.taskForgotten(key("\(number)"))]) }
    let reader = try Connection(path: path, access: .readOnly)
    #expect(try reader.integer("PRAGMA page_count").map { $0 > 15_000 } == true)
    #expect(try await eventually { try reader.integer("PRAGMA page_count").map { $0 < 6_000 } == true })
    #expect(await journal.committing(.taskTaken(task("next"))) == nil)
  }
}
