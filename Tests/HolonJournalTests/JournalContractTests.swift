import HolonJournal
import HolonRouting
import Testing

@Suite("Every journal")
struct JournalContractTests {
  @Test("completes commits in the order of the calls", arguments: JournalKind.allCases)
  func order(_ kind: JournalKind) async throws {
    let open = try kind.open()
    let completed = Recording<Int>()
    for number in 0..<300 {
      open.journal.commit([.taskTaken(task("\(number)"))]) { _ in completed.append(number) }
    }
    #expect(await open.journal.committing() == nil)
    #expect(completed.all == Array(0..<300))
    #expect(try open.journal.restore().tasks.map(\.key.taskID) == (0..<300).map(String.init))
  }

  @Test("restores tasks with their assignment, oldest first and without content", arguments: JournalKind.allCases)
  func tasks(_ kind: JournalKind) async throws {
    let open = try kind.open()
    let changes: [JournalChange] = [
      .taskTaken(task("a")), .taskTaken(task("b")), .taskTaken(task("c")),
      .taskAssigned(key("b"), child: "worker", attempts: 2), .taskAssigned(key("c"), child: "worker", attempts: 1),
      .taskReleased(key("c")), .taskForgotten(key("a")),
    ]
    for change in changes { #expect(await open.journal.committing(change) == nil) }

    var assigned = task("b", child: "worker").withoutContent
    assigned.attempts = 2
    var released = task("c").withoutContent
    released.attempts = 1
    let snapshot = try open.journal.restore()
    #expect(snapshot.tasks == [assigned, released])
    #expect(snapshot.finished == [key("a")])
  }

  @Test("keeps which child stands for itself at which parent", arguments: JournalKind.allCases)
  func children(_ kind: JournalKind) async throws {
    let open = try kind.open()
    // No two of these are the same, however alike they look.
    let uplinks = [
      UplinkID("main/w1"), UplinkID("main", child: "w1"), UplinkID("main"), UplinkID("main/", child: "w1"),
    ]
    for (number, uplink) in uplinks.enumerated() {
      var (task, result, event) = (task("t\(number)"), result("r\(number)"), event("e\(number)"))
      (task.uplink, result.uplink, event.uplink) = (uplink, uplink, uplink)
      let changes: [JournalChange] = [.taskTaken(task), .resultStored(result), .eventStored(event)]
      for change in changes { #expect(await open.journal.committing(change) == nil) }
    }
    let snapshot = try open.journal.restore()
    #expect(snapshot.tasks.map(\.uplink) == uplinks)
    #expect(snapshot.results.map(\.uplink) == uplinks)
    #expect(snapshot.events.map(\.uplink) == uplinks)
  }

  @Test("ends a task with its result, in one commit", arguments: JournalKind.allCases)
  func results(_ kind: JournalKind) async throws {
    let open = try kind.open()
    _ = await open.journal.committing(.taskTaken(task("a", content: [1])))
    #expect(await open.journal.committing(.resultStored(result("a", status: "odd", content: [2]))) == nil)

    let snapshot = try open.journal.restore()
    #expect(snapshot.tasks.isEmpty)
    #expect(snapshot.results == [result("a", status: "odd", content: [])])
    #expect(try await open.journal.content(key("a")) == nil)
    #expect(try await open.journal.content(.result(key("a"))) == [2])
    #expect(open.journal.usage().results == 1)
  }

  @Test("remembers the key of a delivered result and forgets its content", arguments: JournalKind.allCases)
  func delivered(_ kind: JournalKind) async throws {
    let open = try kind.open()
    _ = await open.journal.committing(.resultStored(result("a")), .eventStored(event("e")))
    _ = await open.journal.committing(
      .delivered(.result(key("a")), outcome: "accepted", at: farFuture),
      .delivered(.event("e"), outcome: "accepted", at: farFuture))

    let snapshot = try open.journal.restore()
    #expect(snapshot.results.isEmpty && snapshot.events.isEmpty)
    #expect(snapshot.finished == [key("a")])
    #expect(snapshot.seenEvents == ["e"])
    #expect(try await open.journal.content(.result(key("a"))) == nil)
    #expect(open.journal.usage() == JournalUsage())
  }

  @Test("keeps the node's key and how children may come in", arguments: JournalKind.allCases)
  func childAccess(_ kind: JournalKind) async throws {
    let open = try kind.open()
    #expect(try open.journal.restore().nodeSecret == nil)
    let changes: [JournalChange] = [
      .nodeSecretStored(NodeSecret([1])), .nodeSecretStored(NodeSecret([0, 2])),
      .childTokenIssued(child: "b", digest: "first", at: 10), .childRevoked(child: "b", at: 20),
      .childTokenIssued(child: "b", digest: "second", at: 30),
      .childRevoked(child: "a", at: 40), .childRestored(child: "a"), .childRestored(child: "unknown"),
    ]
    for change in changes { #expect(await open.journal.committing(change) == nil) }
    let snapshot = try open.journal.restore()
    #expect(snapshot.nodeSecret == NodeSecret([0, 2]))
    #expect(
      snapshot.childAccess == [
        ChildAccessRecord(child: "a", epoch: 1),
        ChildAccessRecord(child: "b", tokenDigest: "second", tokenIssuedAt: 30, epoch: 3, revokedAt: 20),
      ])
    #expect(open.journal.usage() == JournalUsage())
  }

  @Test("keeps every kind of content as it is", arguments: JournalKind.allCases)
  func contents(_ kind: JournalKind) async throws {
    let open = try kind.open()
    let contents: [[UInt8]] = [
      [], [0], Array(repeating: 65, count: 1024), Array(repeating: 65, count: 1025),
      Array(repeating: 66, count: 300_000), noise(200_000),
    ]
    for (index, content) in contents.enumerated() {
      #expect(await open.journal.committing(.taskTaken(task("t\(index)", content: content))) == nil)
      #expect(await open.journal.committing(.eventStored(event("e\(index)", content: content))) == nil)
    }
    for (index, content) in contents.enumerated() {
      #expect(try await open.journal.content(key("t\(index)")) == content)
      #expect(try await open.journal.content(.event("e\(index)")) == content)
    }
  }

  @Test("moves what is given up to the dead letters and remembers it", arguments: JournalKind.allCases)
  func deadLetters(_ kind: JournalKind) async throws {
    let open = try kind.open()
    _ = await open.journal.committing(.resultStored(result("a", content: [1, 2, 3])))
    _ = await open.journal.committing(
      .outboxDeadLettered(.result(key("a")), reason: "forbidden", detail: "said no", at: farFuture))
    let letter = DeadLetter(
      kind: .event, subject: "e", uplink: parent, reason: "expired", detail: "", at: 1, content: [4])
    _ = await open.journal.committing(.deadLettered(letter))

    let snapshot = try open.journal.restore()
    #expect(snapshot.results.isEmpty)
    #expect(snapshot.finished == [key("a")])
    #expect(open.journal.usage() == JournalUsage(bytes: 4, deadLetters: 2))
  }

  @Test("bounds what it remembers by rows, the oldest going first", arguments: JournalKind.allCases)
  func memoryByRows(_ kind: JournalKind) async throws {
    let open = try kind.open(JournalOptions(limits: JournalLimits(rememberedRows: 100)))
    for number in 0..<400 {
      open.journal.record([.delivered(.result(key("\(number)")), outcome: "accepted", at: farFuture)])
    }
    #expect(await open.journal.committing() == nil)
    let finished = try open.journal.restore().finished
    #expect((100...200).contains(finished.count))
    #expect(finished.last == key("399"))
    #expect(finished == finished.sorted { (Int($0.taskID) ?? 0) < (Int($1.taskID) ?? 0) })
  }

  @Test("bounds what it remembers by age", arguments: JournalKind.allCases)
  func memoryByAge(_ kind: JournalKind) async throws {
    let open = try kind.open(JournalOptions(limits: JournalLimits(rememberedSeconds: 3600)))
    _ = await open.journal.committing(.delivered(.result(key("old")), outcome: "accepted", at: 1_000_000_000))
    _ = await open.journal.committing(.delivered(.result(key("new")), outcome: "accepted", at: farFuture))
    let isForgotten = try await eventually {
      open.journal.record([.taskReleased(key("none"))])
      return try open.journal.restore().finished == [key("new")]
    }
    #expect(isForgotten)
  }

  @Test("commits recordings, in order with the commits around them", arguments: JournalKind.allCases)
  func recordings(_ kind: JournalKind) async throws {
    let open = try kind.open()
    open.journal.commit([.taskTaken(task("a"))]) { _ in }
    open.journal.record([.taskAssigned(key("a"), child: "first", attempts: 1)])
    open.journal.commit([.taskAssigned(key("a"), child: "second", attempts: 2)]) { _ in }
    open.journal.record([.taskAssigned(key("a"), child: "third", attempts: 3)])
    #expect(try open.journal.restore().tasks.map(\.assignedTo) == ["third"])
  }

  @Test("commits a recording that stands alone soon", arguments: JournalKind.allCases)
  func loneRecording(_ kind: JournalKind) async throws {
    let open = try kind.open()
    open.journal.record([.taskTaken(task("a"))])
    #expect(try await eventually { open.journal.usage().tasks == 1 })
  }

  @Test("commits what waits when it is closed, and nothing after", arguments: JournalKind.allCases)
  func close(_ kind: JournalKind) async throws {
    let open = try kind.open()
    let completed = Recording<JournalFailure?>()
    open.journal.commit([.taskTaken(task("a"))]) { completed.append($0) }
    open.journal.close()
    open.journal.close()
    #expect(completed.all == [nil])
    #expect(await open.journal.committing(.taskTaken(task("b"))) == .closed)
    #expect(throws: JournalFailure.closed) { try open.journal.restore() }
  }
}
