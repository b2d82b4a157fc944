import Testing

@testable import HolonRouting

@Suite("Delays after wrong credentials")
struct FailureDelayTests {
  private let policy = FailureDelays.Policy(
    allowed: 3, delay: .seconds(1), maximumDelay: .seconds(8), perAddress: 60)

  private func wait(
    _ delays: FailureDelays, of identity: String = "w1", at address: String = "a", uptime: Duration
  ) -> AdmissionRefusal? {
    do throws(AdmissionRefusal) {
      try delays.expectNoDelay(of: identity, at: address, uptime: uptime)
      return nil
    } catch {
      return error
    }
  }

  @Test("the first failures cost nothing, each further one doubles the wait, up to the longest")
  func doubling() {
    var delays = FailureDelays(policy)
    var uptime = Duration.seconds(10)
    var waits: [Duration] = []
    for _ in 0..<9 {
      delays.failed("w1", at: "a", uptime: uptime)
      let wait = wait(delays, uptime: uptime)?.retryAfter ?? .zero
      waits.append(wait)
      uptime += wait
      #expect(self.wait(delays, uptime: uptime) == nil)
    }
    #expect(waits == [0, 0, 0, 1, 2, 4, 8, 8, 8].map { .seconds($0) })
  }

  @Test("a guesser gets at most one guess per longest wait in the long run", arguments: 0..<10 as Range<UInt64>)
  func guesses(seed: UInt64) {
    var dice = SeededGenerator(seed: seed)
    var delays = FailureDelays(policy)
    var uptime = Duration.zero
    var guesses = 0
    while uptime < .seconds(3600) {
      if wait(delays, uptime: uptime) == nil {
        guesses += 1
        delays.failed("w1", at: "a", uptime: uptime)
      }
      uptime += .milliseconds(Int.random(in: 1...700, using: &dice))
    }
    #expect(guesses <= 3 + 3 + 3600 / 8 + 1)
  }

  @Test("one child that goes wrong does not hinder its neighbour, nor a guesser elsewhere the child itself")
  func pairs() {
    var delays = FailureDelays(policy)
    for _ in 0..<20 { delays.failed("w1", at: "a", uptime: .zero) }
    #expect(wait(delays, uptime: .zero)?.reason == .failures)
    #expect(wait(delays, of: "w2", uptime: .zero) == nil)
    #expect(wait(delays, at: "b", uptime: .zero) == nil)
  }

  @Test("right credentials forgive the failures before them; so does a long time without any, and a new configuration")
  func forgiven() {
    var delays = FailureDelays(policy)
    for _ in 0..<3 { delays.failed("w1", at: "a", uptime: .zero) }
    delays.succeeded("w1", at: "a", uptime: .zero)
    for _ in 0..<3 { delays.failed("w1", at: "a", uptime: .zero) }
    #expect(wait(delays, uptime: .zero) == nil)
    delays.failed("w1", at: "a", uptime: .seconds(81))
    #expect(wait(delays, uptime: .seconds(81)) == nil)
    for _ in 0..<30 { delays.failed("w1", at: "a", uptime: .seconds(81)) }
    #expect(wait(delays, uptime: .seconds(81)) != nil)
    delays.forgive()
    #expect(wait(delays, uptime: .seconds(81)) == nil)
  }

  @Test("an address from which many guess is held back, but not those that are known there, nor other addresses")
  func addresses() {
    var delays = FailureDelays(policy)
    delays.succeeded("known", at: "a", uptime: .zero)
    for number in 0..<60 { delays.failed("guess-\(number)", at: "a", uptime: .seconds(1)) }
    #expect(wait(delays, of: "new", uptime: .seconds(1))?.reason == .failuresOfAddress)
    #expect(wait(delays, of: "known", uptime: .seconds(1)) == nil)
    #expect(wait(delays, of: "new", at: "b", uptime: .seconds(1)) == nil)
    #expect(wait(delays, of: "new", uptime: .seconds(3)) == nil)
    for number in 0..<60 { delays.failed("guess-\(number)", at: "a", uptime: .seconds(3700)) }
    #expect(wait(delays, of: "known", uptime: .seconds(3700))?.reason == .failuresOfAddress)
  }

  @Test("however many names and addresses guess, what is remembered is bounded, and good standing outlives the flood")
  func bounded() {
    var delays = FailureDelays(policy, capacity: 100)
    delays.succeeded("known", at: "a", uptime: .zero)
    for number in 0..<20_000 { delays.failed("w\(number)", at: "\(number % 500)", uptime: .zero) }
    #expect(delays.count <= 201)
    for number in 0..<60 { delays.failed("w\(number)", at: "a", uptime: .zero) }
    #expect(wait(delays, of: "known", uptime: .zero) == nil)
    #expect(wait(delays, of: "other", uptime: .zero) != nil)
  }
}
