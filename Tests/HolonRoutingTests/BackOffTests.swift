import HolonRouting
import Testing

@Suite("Back-off")
struct BackOffTests {
  @Test("Delays lie between the base and the cap, and grow at most threefold", arguments: 0..<20 as Range<UInt64>)
  func bounds(seed: UInt64) {
    var dice = SeededGenerator(seed: seed)
    var backOff = BackOff()
    var previous = Duration.milliseconds(200)
    var longest = Duration.zero
    for _ in 0..<200 {
      let delay = backOff.failed(at: .zero, using: &dice)
      #expect(delay >= .milliseconds(200) && delay <= .seconds(30) && delay <= previous * 3)
      previous = delay
      longest = max(longest, delay)
    }
    #expect(longest > .seconds(20))
  }

  @Test("A success alone does not shorten delays; a stable minute does")
  func stableMinute() {
    var dice = SeededGenerator(seed: 1)
    var backOff = BackOff(BackOff.Policy(base: .seconds(10), cap: .seconds(1_000_000)))
    var last = Duration.zero
    for _ in 0..<50 { last = max(last, backOff.failed(at: .seconds(0), using: &dice)) }
    #expect(last > .seconds(60))

    var flapping = backOff
    flapping.succeeded(at: .seconds(100))
    var stable = flapping
    let afterFlap = (0..<20).map { _ in
      flapping.succeeded(at: .seconds(100))
      return flapping.failed(at: .seconds(159), using: &dice)
    }
    #expect(afterFlap.contains { $0 > .seconds(30) })
    #expect(stable.failed(at: .seconds(160), using: &dice) <= .seconds(30))
  }

  @Test("Equal dice give equal delays, different dice different ones")
  func jitter() {
    func delays(seed: UInt64) -> [Duration] {
      var dice = SeededGenerator(seed: seed)
      var backOff = BackOff()
      return (0..<5).map { _ in backOff.failed(at: .zero, using: &dice) }
    }
    #expect(delays(seed: 1) == delays(seed: 1))
    #expect(delays(seed: 1) != delays(seed: 2))
  }
}
