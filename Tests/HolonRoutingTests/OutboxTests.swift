import HolonRouting
import Testing

@Suite("Outbox")
struct OutboxTests {
  @Test("Results go before events, and each the oldest first")
  func order() {
    var bench = OutboxBench()
    bench.addEvent("late", storedAt: 2)
    bench.addEvent("early", storedAt: 1)
    bench.addEvent("urgent", priority: 5, storedAt: 3)
    bench.addResults([3, 1, 2])
    #expect(
      bench.due().map(\.id)
        == [resultID(1), resultID(2), resultID(3), .event("urgent"), .event("early"), .event("late")])
  }

  @Test("What is in flight is not due a second time")
  func inFlight() {
    var bench = OutboxBench()
    bench.addResults(1...3)
    #expect(bench.due(limit: 2).count == 2)
    #expect(bench.due().map(\.id) == [resultID(3)])
    #expect(bench.due().isEmpty)
  }

  @Test("No more than the window is in flight for one uplink")
  func window() {
    var bench = OutboxBench(limits: Outbox.Limits(window: 4))
    bench.addResults(1...10)
    #expect(bench.due().count == 4)
    _ = bench.finish(resultID(1), .accepted)
    #expect(bench.due().map(\.id) == [resultID(5)])
  }

  @Test("An accepted item is settled and leaves")
  func settled() {
    var bench = OutboxBench()
    bench.addResults([1])
    _ = bench.due()
    #expect(
      bench.finish(resultID(1), .accepted)
        == [.settle(resultID(1), outcome: "accepted"), .report(.delivered(resultID(1), attempts: 1))])
    #expect(bench.outbox.count == 0)
    #expect(bench.finish(resultID(1), .accepted).isEmpty)
  }

  @Test("A result goes only to the parent that its task came from")
  func keyedByUplink() {
    var bench = OutboxBench()
    let other = UplinkID("other")
    bench.outbox.uplinkRestored(other, at: moment(0))
    bench.addResults([1])
    bench.outbox.add(OutboxItem(id: resultID(2), uplink: other, storedAt: 0, bytes: 1))
    #expect(bench.due(from: other).map(\.id) == [resultID(2)])
    #expect(bench.due().map(\.id) == [resultID(1)])
  }

  @Test("Adding what is there already changes nothing")
  func addedTwice() {
    var bench = OutboxBench()
    bench.addResults([1, 1])
    #expect(bench.outbox.counts(for: parent).results == 1)
    #expect(bench.due().count == 1)
    bench.addResults([1])
    #expect(bench.due().isEmpty)
  }

  @Test("Nothing is due before the uplink is there, nor while it is lost; at its return everything is")
  func lostUplink() {
    var bench = OutboxBench(isOpen: false)
    bench.addResults(1...3)
    #expect(bench.due().isEmpty)
    #expect(bench.outbox.nextWakeUp(for: parent, at: moment(0)) == nil)

    bench.outbox.uplinkRestored(parent, at: moment(0))
    #expect(bench.due(limit: 1).count == 1)
    _ = bench.finish(resultID(1), failure(.serverError))
    bench.outbox.uplinkLost(parent)
    #expect(bench.due().isEmpty)

    bench.outbox.uplinkRestored(parent, at: moment(0))
    #expect(bench.due().map(\.id) == [resultID(1), resultID(2), resultID(3)])
  }

  @Test("A retry within one second is signed one second ahead")
  func signedAhead() {
    var bench = OutboxBench()
    bench.addResults([1])
    let first = bench.due()
    _ = bench.finish(resultID(1), failure(.serverError))
    bench.outbox.uplinkRestored(parent, at: moment(0))
    let second = bench.due()
    #expect(first.map(\.signAt) == [1_000_000])
    #expect(second.map(\.signAt) == [1_000_001])
    #expect(second.map(\.attempt) == [2])
  }

  @Test("Signatures never lie more than three seconds ahead; the item waits instead")
  func boundedLead() {
    var bench = OutboxBench()
    bench.addResults([1])
    for _ in 0..<50 {
      if let delivery = bench.due().first {
        #expect(delivery.signAt <= moment(bench.now).unixSeconds + 3)
        _ = bench.finish(resultID(1), failure(.interrupted))
      } else {
        bench.now += 0.1
      }
      bench.outbox.uplinkRestored(parent, at: moment(bench.now))
    }
  }

  @Test("A parent's clock that was set back does not hold an item up")
  func clockSetBack() {
    var bench = OutboxBench()
    bench.addResults([1])
    _ = bench.due()
    _ = bench.finish(resultID(1), failure(.unreachable))
    bench.outbox.uplinkRestored(parent, at: moment(0))
    let retry = bench.outbox.due(for: parent, at: moment(0), parentTime: 900_000, limit: 1)
    #expect(retry.map(\.signAt) == [900_000])
  }

  @Test("Counts tell what is there and how old it is")
  func counts() {
    var bench = OutboxBench()
    bench.addResults([5, 6])
    bench.addEvent("e", storedAt: 7)
    _ = bench.due(limit: 1)
    var expected = Outbox.Counts()
    expected.results = 2
    expected.events = 1
    expected.inFlight = 1
    expected.bytes = 210
    expected.oldestStoredAt = 5
    #expect(bench.outbox.counts(for: parent) == expected)
    _ = bench.finish(resultID(5), .accepted)
    #expect(bench.outbox.counts(for: parent).oldestStoredAt == 6)
  }

  @Test("A removed item is neither due nor counted, also when it was in flight")
  func removed() {
    var bench = OutboxBench()
    bench.addResults(1...3)
    _ = bench.due(limit: 1)
    #expect(bench.outbox.remove(resultID(1)) != nil)
    #expect(bench.outbox.remove(resultID(2)) != nil)
    #expect(bench.finish(resultID(1), .accepted).isEmpty)
    #expect(bench.due().map(\.id) == [resultID(3)])
    #expect(bench.outbox.counts(for: parent).results == 1)
    #expect(bench.outbox.counts(for: parent).inFlight == 1)
  }

  @Test("100,000 waiting items are delivered in order")
  func many() {
    var bench = OutboxBench(isOpen: false)
    bench.outbox.restore(
      (0..<100_000).map { OutboxItem(id: resultID($0), uplink: parent, storedAt: $0, bytes: 1) })
    bench.outbox.uplinkRestored(parent, at: moment(0))
    var delivered: [OutboxID] = []
    while case let batch = bench.due(), !batch.isEmpty {
      for delivery in batch { _ = bench.finish(delivery.id, .accepted) }
      delivered += batch.map(\.id)
    }
    #expect(delivered.count == 100_000)
    #expect(delivered == (0..<100_000).map(resultID))
  }
}
