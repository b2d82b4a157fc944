import Testing

@testable import HolonNode

@Suite("Replay guard")
struct ReplayGuardTests {
  @Test("a nonce is claimed once, by each sender for itself; a second claim is told when the first was")
  func once() {
    var replays = ReplayGuard()
    let claims = [("n", "w1"), ("n", "w1"), ("n", "w2"), ("m", "w1")].enumerated().map { index, claim in
      replays.claim(claim.0, of: claim.1, at: .seconds(index))
    }
    #expect(claims == [.new, .seen(at: .zero), .new, .new])
  }

  @Test("a nonce is forgotten after 65 s, later than its timestamp is stale")
  func forgotten() {
    var replays = ReplayGuard()
    let claims = [0, 65_000, 65_001].map { replays.claim("n", of: "w1", at: .milliseconds($0)) }
    #expect(claims == [.new, .seen(at: .zero), .new])
  }

  @Test("one whose timestamp lies ahead is remembered until that is stale")
  func ahead() {
    var replays = ReplayGuard()
    let claims = [0, 66, 124, 126].map {
      replays.claim("n", of: "w1", at: .seconds($0), ahead: .seconds(60))
    }
    #expect(claims == [.new, .seen(at: .zero), .seen(at: .zero), .new])
  }

  @Test("when full, the oldest is forgotten")
  func bounded() {
    var replays = ReplayGuard(capacity: 2)
    let claims = ["a", "b", "c", "c", "b", "a"].map { replays.claim($0, of: "w1", at: .zero) == .new }
    #expect(claims == [true, true, true, false, false, true])
  }

  @Test("a sender that floods pushes out nobody's nonces but its own", arguments: [1, 5, 20])
  func fair(neighbours: Int) {
    var replays = ReplayGuard(capacity: 1000)
    for number in 0..<neighbours { _ = replays.claim("precious", of: "w\(number)", at: .zero) }
    for number in 0..<10_000 { _ = replays.claim("\(number)", of: "flood", at: .seconds(1)) }
    for number in 0..<neighbours {
      #expect(replays.claim("precious", of: "w\(number)", at: .seconds(2)) == .seen(at: .zero))
    }
    #expect(replays.claim("9999", of: "flood", at: .seconds(2)) == .seen(at: .seconds(1)))
    #expect(replays.claim("0", of: "flood", at: .seconds(2)) == .new)
  }

  @Test("who takes up all the room makes room for others, oldest first", arguments: [1, 2, 7])
  func makesRoom(others: Int) {
    var replays = ReplayGuard(capacity: 100)
    for number in 0..<100 { _ = replays.claim("\(number)", of: "first", at: .zero) }
    for number in 0..<(others * 10) { _ = replays.claim("\(number)", of: "w\(number % others)", at: .zero) }
    for number in 0..<(others * 10) {
      #expect(replays.claim("\(number)", of: "w\(number % others)", at: .zero) != .new)
    }
    #expect(replays.claim("99", of: "first", at: .zero) != .new)
    #expect(replays.claim("0", of: "first", at: .zero) == .new)
  }

  @Test("however many senders there are, the nonces are bounded, and those of senders that went are forgotten")
  func manySenders() {
    var replays = ReplayGuard(capacity: 50)
    for number in 0..<5000 { #expect(replays.claim("n", of: "w\(number)", at: .zero) == .new) }
    #expect(replays.remembered <= 50)
    #expect(replays.claim("n", of: "late", at: .seconds(200)) == .new)
    #expect(replays.remembered == 1)
    #expect(replays.knownSenders == 1)
  }

  @Test("a heartbeat is outdated once a later one is known")
  func outdated() {
    var replays = ReplayGuard()
    for nonce in ["a", "b"] { _ = replays.claim(nonce, of: "w1", at: .zero) }
    let outdated = [10, 12, 12, 11].map { replays.isOutdated($0, of: "w1") }
    #expect(outdated == [false, false, false, true])
    let ofAnother = replays.isOutdated(5, of: "w2")
    #expect(!ofAnother)
  }

  @Test(
    "a timestamp may be a minute off, in either direction",
    arguments: [(940, true), (1060, true), (939, false), (1061, false), (Int.min, false), (Int.max, false)])
  func freshness(timestamp: Int, isFresh: Bool) {
    #expect(ReplayGuard.isFresh(timestamp, at: 1000) == isFresh)
  }
}
