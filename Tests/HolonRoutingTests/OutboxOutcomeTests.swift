import HolonRouting
import RXON
import Testing

@Suite("Outcomes of deliveries")
struct OutboxOutcomeTests {
  @Test("Ignored is final, and the reason is kept")
  func ignored() {
    var bench = OutboxBench()
    bench.addResults([1])
    _ = bench.due()
    #expect(
      bench.finish(resultID(1), .ignored(reason: "job_cancelled")).orders
        == [.settle(resultID(1), outcome: "ignored: job_cancelled")])
  }

  @Test(
    "Server errors and a bad link are retried for ever, ever more slowly, at least every 30 s",
    arguments: [TransportError.Kind.serverError, .timedOut, .interrupted, .unreachable, .protocolViolation])
  func backOff(kind: TransportError.Kind) {
    var bench = OutboxBench()
    bench.addResults([1])
    var times: [Double] = []
    for _ in 0..<50 {
      let deliveries = bench.nextDue()
      #expect(deliveries.count == 1)
      times.append(bench.now)
      _ = bench.finish(resultID(1), failure(kind))
    }
    let gaps = zip(times.dropFirst(), times).map { $0 - $1 }
    // The next second may have to be waited for before an item is signed again.
    #expect(gaps.allSatisfy { $0 >= 0.2 && $0 <= 31.1 })
    #expect(gaps.contains { $0 > 10 })
  }

  @Test(
    "An attempt that nobody looked at does not count",
    arguments: [TransportError.Kind.unreachable, .closed, .rateLimited])
  func uncounted(kind: TransportError.Kind) {
    var bench = OutboxBench()
    bench.addResults([1])
    _ = bench.due()
    _ = bench.finish(resultID(1), failure(kind))
    #expect(bench.nextDue().map(\.attempt) == [1])
  }

  @Test(
    "An interruption is told once until something gets through",
    arguments: [TransportError.Kind.unreachable, .interrupted, .timedOut])
  func interruption(kind: TransportError.Kind) {
    var bench = OutboxBench()
    bench.addResults(1...3)
    _ = bench.due()
    #expect(bench.finish(resultID(1), failure(kind)).orders == [.uplinkInterrupted(parent)])
    #expect(bench.finish(resultID(2), failure(kind)).orders.isEmpty)
    _ = bench.finish(resultID(3), .accepted)
    _ = bench.nextDue()
    #expect(bench.finish(resultID(1), failure(kind)).orders == [.uplinkInterrupted(parent)])
  }

  @Test("Deliveries that fail together slow the uplink once, and then one probes it")
  func failingTogether() throws {
    var bench = OutboxBench()
    bench.addResults(1...20)
    for delivery in bench.due() { _ = bench.finish(delivery.id, failure(.unreachable)) }
    #expect(bench.due().isEmpty)
    let probe = try #require(bench.nextDue().first)
    #expect(bench.now <= 0.7)
    #expect(bench.due().isEmpty)
    _ = bench.finish(probe.id, .accepted)
    #expect(bench.due().count == 2)
  }

  @Test("An item that alone fails again and again does not slow the others")
  func poison() {
    var bench = OutboxBench()
    bench.addResults([0])
    var failures = 0
    for round in 1...200 {
      for delivery in bench.due() {
        #expect(delivery.id == resultID(0))
        failures += 1
        _ = bench.finish(delivery.id, failure(.serverError))
      }
      bench.addResults([round])
      #expect(bench.due().map(\.id) == [resultID(round)])
      _ = bench.finish(resultID(round), .accepted)
      bench.now += 1
    }
    #expect(failures > 5)
    #expect(bench.outbox.contains(resultID(0)))
  }

  @Test("A parent's Retry-After on a 503 is waited for")
  func serviceUnavailable() {
    var bench = OutboxBench()
    bench.addResults([1])
    _ = bench.due()
    _ = bench.finish(resultID(1), failure(.serverError, retryAfter: .seconds(90)))
    #expect(bench.nextDue().count == 1)
    #expect(bench.now >= 90)
  }

  @Test("401 asks for a token once for all, and everything is due when it came")
  func unauthorized() {
    var bench = OutboxBench()
    bench.addResults(1...3)
    _ = bench.due()
    #expect(bench.finish(resultID(1), failure(.unauthorized)).orders == [.refreshToken(parent)])
    #expect(bench.finish(resultID(2), failure(.unauthorized)).orders.isEmpty)
    #expect(bench.finish(resultID(3), failure(.unauthorized)).orders.isEmpty)
    #expect(bench.due().isEmpty)
    bench.outbox.uplinkRestored(parent, at: moment(0))
    #expect(bench.due().map(\.id) == [resultID(1)])
  }

  @Test("404 asks for a registration once for all")
  func notFound() {
    var bench = OutboxBench()
    bench.addResults(1...2)
    _ = bench.due()
    #expect(bench.finish(resultID(1), failure(.notFound)).orders == [.registerAgain(parent)])
    #expect(bench.finish(resultID(2), failure(.notFound)).orders.isEmpty)
    #expect(bench.due().isEmpty)
  }

  @Test("429 pauses results for as long as the parent says, but not events")
  func rateLimited() {
    var bench = OutboxBench()
    bench.addResults(1...20)
    bench.addEvent("e")
    for delivery in bench.due() {
      #expect(bench.finish(delivery.id, failure(.rateLimited, retryAfter: .seconds(10))).orders.isEmpty)
    }
    #expect(bench.due().map(\.id) == [.event("e")])
    _ = bench.finish(.event("e"), .accepted)
    #expect(!bench.nextDue().isEmpty)
    #expect(bench.now >= 10 && bench.now <= 12)
  }

  @Test("429 without a time is answered by a silence of over a minute")
  func rateLimitedWithoutTime() {
    var bench = OutboxBench()
    bench.addResults([1])
    _ = bench.due()
    _ = bench.finish(resultID(1), failure(.rateLimited))
    #expect(bench.nextDue().count == 1)
    #expect(bench.now > 60 && bench.now < 65)
  }

  @Test("An event called a duplicate waits for 66 s, even if the uplink comes back meanwhile")
  func duplicateEvent() {
    var bench = OutboxBench()
    bench.addEvent("e")
    _ = bench.due()
    #expect(bench.finish(.event("e"), failure(.duplicate)) == [.report(.calledDuplicate(.event("e"), times: 1))])
    bench.outbox.uplinkRestored(parent, at: moment(1))
    #expect(bench.nextDue().count == 1)
    #expect(bench.now >= 66)
  }

  @Test("An event that stays a duplicate is taken for delivered, a result is kept for a person")
  func duplicateForGood() {
    var bench = OutboxBench()
    bench.addEvent("e")
    bench.addResults([1])
    var orders: [OutboxAction] = []
    for _ in 0..<20 {
      for delivery in bench.nextDue() { orders += bench.finish(delivery.id, failure(.duplicate)).orders }
    }
    #expect(orders.contains(.settle(.event("e"), outcome: "duplicate")))
    #expect(orders.contains { if case .deadLetter(resultID(1), .duplicate, _) = $0 { true } else { false } })
    #expect(orders.count == 2)
  }

  @Test("A result whose answer was lost is signed anew, and ignored by the parent, which is final")
  func lostAnswer() {
    var bench = OutboxBench()
    bench.addResults([1])
    let first = bench.due()
    _ = bench.finish(resultID(1), failure(.interrupted))
    let second = bench.nextDue()
    #expect(second[0].signAt > first[0].signAt)
    #expect(
      bench.finish(resultID(1), .ignored(reason: "stale_task")).orders
        == [.settle(resultID(1), outcome: "ignored: stale_task")])
  }

  @Test("A forbidden item becomes a dead letter after five tries when the parent takes others")
  func forbidden() {
    var bench = OutboxBench()
    bench.addEvent("bad")
    var tries = 0
    var orders: [OutboxAction] = []
    while bench.outbox.contains(.event("bad")), tries < 100 {
      bench.addResults([tries])
      for delivery in bench.nextDue() where delivery.id != .event("bad") { _ = bench.finish(delivery.id, .accepted) }
      if bench.outbox.counts(for: parent).inFlight > 0 {
        tries += 1
        orders += bench.finish(.event("bad"), failure(.forbidden)).orders
      }
      bench.now += 0.1
    }
    #expect(tries == 5)
    #expect(orders.count == 1)
    #expect(orders.contains { if case .deadLetter(.event("bad"), .forbidden, _) = $0 { true } else { false } })
  }

  @Test("When everything is forbidden it is the credentials: nothing becomes a dead letter")
  func credentialsRevoked() {
    var bench = OutboxBench()
    bench.addResults(1...50)
    var orders: Set<OutboxAction> = []
    for _ in 0..<200 {
      for delivery in bench.nextDue() { orders.formUnion(bench.finish(delivery.id, failure(.forbidden)).orders) }
    }
    #expect(orders == [.refreshToken(parent)])
    #expect(bench.outbox.count == 50)
  }

  @Test("A lone forbidden item becomes a dead letter once renewed credentials did not help")
  func loneForbidden() {
    var bench = OutboxBench()
    bench.addEvent("bad")
    for _ in 0..<30 where bench.outbox.contains(.event("bad")) {
      for delivery in bench.nextDue() {
        let actions = bench.finish(delivery.id, failure(.forbidden))
        if actions.contains(.refreshToken(parent)) { bench.outbox.uplinkRestored(parent, at: moment(bench.now)) }
      }
    }
    #expect(!bench.outbox.contains(.event("bad")))
  }

  @Test("A result too large for the parent is replaced by a failure that says the size and the limit")
  func tooLarge() {
    var bench = OutboxBench(limits: Outbox.Limits(parentBodyLimit: 1_000))
    bench.addResults([1], bytes: 1_500)
    _ = bench.due()
    let key = TaskKey(jobID: "job", taskID: "task-1")
    #expect(
      bench.finish(resultID(1), failure(.payloadTooLarge)).orders
        == [.replaceWithTooLargeFailure(key, size: 1_500, limit: 1_000)])
    #expect(bench.nextDue().isEmpty)
    #expect(bench.outbox.count == 1)

    bench.addResults([1], bytes: 50)
    #expect(bench.outbox.counts(for: parent).bytes == 50)
    #expect(bench.due().map(\.id) == [resultID(1)])
    let second = bench.finish(resultID(1), failure(.payloadTooLarge)).orders
    #expect(second.count == 1)
    #expect(second.contains { if case .deadLetter(resultID(1), .tooLarge, _) = $0 { true } else { false } })
  }

  @Test("What cannot be replaced, understood or sent becomes a dead letter")
  func deadLetters() {
    var bench = OutboxBench()
    bench.addEvent("large")
    bench.addEvent("unsendable")
    bench.addEvent("odd")
    _ = bench.due()
    let large = bench.finish(.event("large"), failure(.payloadTooLarge))
    #expect(large.contains(.report(.deadLettered(.event("large"), .tooLarge))))
    let unsendable = bench.finish(.event("unsendable"), failure(.unsendable))
    #expect(unsendable.contains(.report(.deadLettered(.event("unsendable"), .unsendable))))
    _ = bench.finish(.event("odd"), failure(.rejected))
    for _ in 0..<2 {
      _ = bench.nextDue()
      _ = bench.finish(.event("odd"), failure(.rejected))
    }
    #expect(bench.outbox.count == 0)
  }
}
