import HolonJournal
import HolonRouting
import Testing

@Suite("Every journal, at its limits")
struct JournalLimitTests {
  private func isFull(_ failure: JournalFailure?) -> Bool {
    if case .full = failure { true } else { false }
  }

  @Test("rejects a task too many, and has room again once one ended", arguments: JournalKind.allCases)
  func rejectTasks(_ kind: JournalKind) async throws {
    let open = try kind.open(JournalOptions(limits: JournalLimits(maximumTasks: 2)))
    #expect(await open.journal.committing(.taskTaken(task("a"))) == nil)
    #expect(await open.journal.committing(.taskTaken(task("b"))) == nil)
    #expect(isFull(await open.journal.committing(.taskTaken(task("c")))))
    #expect(await open.journal.committing(.resultStored(result("a"))) == nil)
    #expect(await open.journal.committing(.taskTaken(task("c"))) == nil)
    #expect(try open.journal.restore().tasks.map(\.key) == [key("b"), key("c")])
  }

  @Test("drops the oldest task that no child holds, into the dead letters", arguments: JournalKind.allCases)
  func dropOldestTask(_ kind: JournalKind) async throws {
    let incidents = Recording<JournalIncident>()
    let limits = JournalLimits(maximumTasks: 2, taskPolicy: .dropOldest)
    let open = try kind.open(JournalOptions(limits: limits) { incidents.append($0) })
    _ = await open.journal.committing(.taskTaken(task("held", child: "worker")))
    _ = await open.journal.committing(.taskTaken(task("free")))
    #expect(await open.journal.committing(.taskTaken(task("new"))) == nil)

    #expect(try open.journal.restore().tasks.map(\.key) == [key("held"), key("new")])
    #expect(open.journal.usage().deadLetters == 1)
    #expect(incidents.all == [.dropped(.task, subject: "job/free", reason: .rows)])
  }

  @Test("rejects a task when children hold all that there are", arguments: JournalKind.allCases)
  func nothingToDrop(_ kind: JournalKind) async throws {
    let limits = JournalLimits(maximumTasks: 1, taskPolicy: .dropOldest)
    let open = try kind.open(JournalOptions(limits: limits))
    _ = await open.journal.committing(.taskTaken(task("held", child: "worker")))
    #expect(isFull(await open.journal.committing(.taskTaken(task("new")))))
    #expect(try open.journal.restore().tasks.map(\.key) == [key("held")])
  }

  @Test("drops the event of lowest priority, and rejects one that is lower still", arguments: JournalKind.allCases)
  func dropLowestPriority(_ kind: JournalKind) async throws {
    let limits = JournalLimits(maximumEvents: 3, eventPolicy: .dropLowestPriority)
    let open = try kind.open(JournalOptions(limits: limits))
    for (id, priority) in [("high", 9.0), ("low", 1.0), ("middle", 5.0)] {
      _ = await open.journal.committing(.eventStored(event(id, priority: priority)))
    }
    #expect(await open.journal.committing(.eventStored(event("new", priority: 4))) == nil)
    #expect(try open.journal.restore().events.map(\.eventID) == ["high", "middle", "new"])
    #expect(isFull(await open.journal.committing(.eventStored(event("lowest", priority: 0)))))
    #expect(open.journal.usage().deadLetters == 1)
  }

  @Test("drops the oldest event where that is the policy", arguments: JournalKind.allCases)
  func dropOldestEvent(_ kind: JournalKind) async throws {
    let limits = JournalLimits(maximumEvents: 2, eventPolicy: .dropOldest)
    let open = try kind.open(JournalOptions(limits: limits))
    for id in ["a", "b", "c"] {
      #expect(await open.journal.committing(.eventStored(event(id, priority: id == "a" ? 9 : 0))) == nil)
    }
    #expect(try open.journal.restore().events.map(\.eventID) == ["b", "c"])
  }

  @Test("leaves the last tenth of its bytes to results", arguments: JournalKind.allCases)
  func bytes(_ kind: JournalKind) async throws {
    let open = try kind.open(JournalOptions(limits: JournalLimits(maximumBytes: 100_000)))
    _ = await open.journal.committing(.taskTaken(task("a", content: noise(85_000))))
    #expect(isFull(await open.journal.committing(.taskTaken(task("b", content: noise(8_000))))))
    #expect(isFull(await open.journal.committing(.eventStored(event("e", content: noise(8_000))))))
    #expect(await open.journal.committing(.resultStored(result("r", content: noise(8_000)))) == nil)
    #expect(isFull(await open.journal.committing(.resultStored(result("s", content: noise(8_000))))))
    #expect(await open.journal.committing(.resultStored(result("a", content: noise(20_000)))) == nil)
  }

  @Test("never drops a result, whatever has no room", arguments: JournalKind.allCases)
  func resultsStay(_ kind: JournalKind) async throws {
    let limits = JournalLimits(
      maximumBytes: 50_000, taskPolicy: .dropOldest, eventPolicy: .dropLowestPriority, maximumResults: 4)
    let open = try kind.open(JournalOptions(limits: limits))
    for id in 0..<4 { _ = await open.journal.committing(.resultStored(result("\(id)", content: noise(10_000)))) }
    #expect(isFull(await open.journal.committing(.resultStored(result("4", content: [])))))
    for id in 0..<20 {
      _ = await open.journal.committing(.eventStored(event("\(id)", content: noise(4_000))))
      _ = await open.journal.committing(.taskTaken(task("t\(id)", content: noise(4_000))))
    }
    #expect(try open.journal.restore().results.count == 4)
    #expect(open.journal.usage().bytes <= 50_000)
  }

  @Test("frees bytes by dropping events without keeping their content", arguments: JournalKind.allCases)
  func freeBytes(_ kind: JournalKind) async throws {
    let limits = JournalLimits(maximumBytes: 100_000, eventPolicy: .dropOldest)
    let open = try kind.open(JournalOptions(limits: limits))
    for id in 0..<50 {
      #expect(await open.journal.committing(.eventStored(event("\(id)", content: noise(5_000)))) == nil)
    }
    let usage = open.journal.usage()
    #expect(usage.bytes <= 100_000)
    #expect(usage.events + usage.deadLetters == 50)
    #expect(try open.journal.restore().events.last?.eventID == "49")
  }

  @Test("bounds the dead letters", arguments: JournalKind.allCases)
  func deadLetters(_ kind: JournalKind) async throws {
    let incidents = Recording<JournalIncident>()
    let options = JournalOptions(limits: JournalLimits(maximumDeadLetters: 3)) { incidents.append($0) }
    let open = try kind.open(options)
    for id in 0..<5 {
      let letter = DeadLetter(
        kind: .event, subject: "\(id)", uplink: parent, reason: "expired", detail: "", at: 1, content: [1])
      #expect(await open.journal.committing(.deadLettered(letter)) == nil)
    }
    #expect(open.journal.usage() == JournalUsage(bytes: 3, deadLetters: 3))
    #expect(incidents.all == [.deadLettersRemoved(1), .deadLettersRemoved(1)])
  }

  @Test("refuses a content over its limit", arguments: JournalKind.allCases)
  func content(_ kind: JournalKind) async throws {
    let open = try kind.open(JournalOptions(maximumContentBytes: 10))
    #expect(await open.journal.committing(.taskTaken(task("a", content: noise(11)))) != nil)
    #expect(await open.journal.committing(.taskTaken(task("b", content: noise(10)))) == nil)
    #expect(try open.journal.restore().tasks.map(\.key) == [key("b")])
  }
}
