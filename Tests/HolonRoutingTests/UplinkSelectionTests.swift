import HolonRouting
import Testing

@Suite("Selection of uplinks")
struct UplinkSelectionTests {
  private let first = UplinkID("first")
  private let second = UplinkID("second")
  private let third = UplinkID("third")

  private func failover() -> UplinkSelection {
    UplinkSelection(.failover, [.init(first), .init(second)])
  }

  private func polls(_ shares: [UplinkSelection.Share]) -> [UplinkID: Int] {
    Dictionary(uniqueKeysWithValues: shares.map { ($0.uplink, $0.polls) })
  }

  @Test("No parent, no polls")
  func none() {
    var selection = failover()
    #expect(selection.allot(5, at: .zero) { _ in 10 }.isEmpty)
  }

  @Test("Failover asks only the first that is there, as far as its limits allow")
  func firstOnly() {
    var selection = failover()
    selection.set(second, available: true, at: .zero)
    #expect(polls(selection.allot(5, at: .zero) { _ in 3 }) == [second: 3])
    var both = failover()
    both.set(first, available: true, at: .zero)
    both.set(second, available: true, at: .zero)
    #expect(polls(both.allot(5, at: .zero) { _ in 10 }) == [first: 5])
  }

  @Test("The preferred parent takes over again only when it has been back for a while")
  func failBack() {
    var selection = failover()
    selection.set(first, available: true, at: .zero)
    selection.set(second, available: true, at: .zero)
    selection.set(first, available: false, at: .seconds(10))
    #expect(polls(selection.allot(1, at: .seconds(10)) { _ in 1 }) == [second: 1])
    selection.set(first, available: true, at: .seconds(20))
    #expect(polls(selection.allot(1, at: .seconds(29)) { _ in 1 }) == [second: 1])
    #expect(polls(selection.allot(1, at: .seconds(30)) { _ in 1 }) == [first: 1])
  }

  @Test("A preferred parent that has just come back serves at once when the other goes")
  func noAlternative() {
    var selection = failover()
    selection.set(second, available: true, at: .zero)
    _ = selection.allot(1, at: .zero) { _ in 1 }
    selection.set(first, available: true, at: .seconds(1))
    selection.set(second, available: false, at: .seconds(2))
    #expect(polls(selection.allot(1, at: .seconds(2)) { _ in 1 }) == [first: 1])
  }

  @Test("Weighted round robin keeps to the weights, also when polls come one by one")
  func weights() {
    var selection = UplinkSelection(
      .weightedRoundRobin, [.init(first, weight: 3), .init(second, weight: 1), .init(third, weight: 1)])
    selection.set(first, available: true, at: .zero)
    selection.set(second, available: true, at: .zero)
    var counts: [UplinkID: Int] = [:]
    for _ in 0..<400 { counts.merge(polls(selection.allot(1, at: .zero) { _ in 1 }), uniquingKeysWith: +) }
    #expect(counts == [first: 300, second: 100])
    #expect(polls(selection.allot(8, at: .zero) { _ in 100 }) == [first: 6, second: 2])
  }

  @Test("What one parent's limits do not allow goes to the others")
  func limits() {
    var selection = UplinkSelection(.weightedRoundRobin, [.init(first, weight: 9), .init(second)])
    selection.set(first, available: true, at: .zero)
    selection.set(second, available: true, at: .zero)
    let shares = selection.allot(10, at: .zero) { $0 == UplinkID("first") ? 2 : 5 }
    #expect(polls(shares) == [first: 2, second: 5])
  }
}
