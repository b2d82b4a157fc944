import Testing

@testable import HolonNode

@Suite("Replay guard")
struct ReplayGuardTests {
  @Test("a nonce is claimed once, by each sender for itself")
  func once() {
    var replays = ReplayGuard()
    let claims = [("n", "w1"), ("n", "w1"), ("n", "w2"), ("m", "w1")].map { replays.claim($0, of: $1, at: .zero) }
    #expect(claims == [true, false, true, true])
  }

  @Test("a nonce is forgotten after 65 s, later than its timestamp is stale")
  func forgotten() {
    var replays = ReplayGuard()
    let claims = [0, 65_000, 65_001].map { replays.claim("n", of: "w1", at: .milliseconds($0)) }
    #expect(claims == [true, false, true])
  }

  @Test("when full, the oldest is forgotten")
  func bounded() {
    var replays = ReplayGuard(capacity: 2)
    let claims = ["a", "b", "c", "c", "b", "a"].map { replays.claim($0, of: "w1", at: .zero) }
    #expect(claims == [true, true, true, false, false, true])
  }

  @Test(
    "a timestamp may be a minute off, in either direction",
    arguments: [(940, true), (1060, true), (939, false), (1061, false), (Int.min, false), (Int.max, false)])
  func freshness(timestamp: Int, isFresh: Bool) {
    #expect(ReplayGuard.isFresh(timestamp, at: 1000) == isFresh)
  }
}
