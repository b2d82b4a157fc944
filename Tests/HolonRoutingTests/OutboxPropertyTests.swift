import HolonRouting
import RXON
import Testing

@Suite("Outbox under random outcomes")
struct OutboxPropertyTests {
  private static let kinds = TransportError.Kind.allCases

  @Test(
    "No item is ever lost, delivered twice at once, or signed twice for one second", arguments: 0..<40 as Range<UInt64>)
  func neverLost(seed: UInt64) {
    var walk = RandomWalk(seed: seed)
    for _ in 0..<1_500 { walk.step() }
    walk.check()
    walk.settleAll()
    #expect(walk.bench.outbox.count == 0)
    #expect(walk.gone == walk.added)
  }

  /// Adds, delivers, fails, loses and restores at random, and keeps its own account of where every item is.
  private struct RandomWalk {
    var bench = OutboxBench()
    var dice: SeededGenerator
    var added: Set<OutboxID> = []
    var inFlight: Set<OutboxID> = []
    var gone: Set<OutboxID> = []
    var signed: [OutboxID: Int] = [:]

    init(seed: UInt64) {
      dice = SeededGenerator(seed: seed)
    }

    mutating func step() {
      switch Int.random(in: 0..<20, using: &dice) {
      case 0..<5: add()
      case 5..<10: deliver()
      case 10..<17: end()
      case 17: bench.outbox.uplinkLost(parent)
      case 18: bench.outbox.uplinkRestored(parent, at: moment(bench.now))
      default: check()
      }
      bench.now += Double.random(in: 0...0.3, using: &dice)
    }

    mutating func add() {
      let number = added.count
      let id: OutboxID = Bool.random(using: &dice) ? resultID(number) : .event("event-\(number)")
      bench.outbox.add(OutboxItem(id: id, uplink: parent, storedAt: number, bytes: 1))
      added.insert(id)
    }

    mutating func deliver() {
      for delivery in bench.due(limit: Int.random(in: 0...8, using: &dice)) {
        #expect(inFlight.insert(delivery.id).inserted, "delivered twice at once")
        #expect(!gone.contains(delivery.id), "delivered after its end")
        #expect(signed[delivery.id].map { delivery.signAt > $0 } ?? true, "signed twice for one second")
        signed[delivery.id] = delivery.signAt
      }
    }

    mutating func end() {
      guard let id = inFlight.randomElement(using: &dice) else { return }
      inFlight.remove(id)
      let outcome: DeliveryOutcome =
        switch Int.random(in: 0..<4, using: &dice) {
        case 0: .accepted
        case 1: .ignored(reason: "stale_task")
        default: failure(OutboxPropertyTests.kinds.randomElement(using: &dice) ?? .closed)
        }
      for action in bench.finish(id, outcome) { account(for: action) }
    }

    mutating func account(for action: OutboxAction) {
      switch action {
      case .settle(let id, _), .deadLetter(let id, _, _):
        #expect(gone.insert(id).inserted, "ended twice")
      case .replaceWithTooLargeFailure(let key, _, _):
        bench.outbox.add(OutboxItem(id: .result(key), uplink: parent, storedAt: 0, bytes: 1))
      default: break
      }
    }

    func check() {
      let counts = bench.outbox.counts(for: parent)
      #expect(counts.inFlight == inFlight.count)
      #expect(counts.results + counts.events == added.count - gone.count)
      #expect(added.subtracting(gone).allSatisfy { bench.outbox.contains($0) })
    }

    mutating func settleAll() {
      for id in inFlight { for action in bench.finish(id, .accepted) { account(for: action) } }
      inFlight = []
      bench.outbox.uplinkRestored(parent, at: moment(bench.now))
      while case let deliveries = bench.nextDue(), !deliveries.isEmpty {
        for delivery in deliveries { for action in bench.finish(delivery.id, .accepted) { account(for: action) } }
      }
    }
  }
}
