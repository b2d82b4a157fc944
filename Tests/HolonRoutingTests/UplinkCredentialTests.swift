import HolonRouting
import Testing

@Suite("Credential ladder")
struct UplinkCredentialTests {
  private var dice = SeededGenerator(seed: 11)
  private var ladder = CredentialLadder()

  private mutating func refused(_ generation: Int? = nil, refresh: Bool = true, at seconds: Double = 0)
    -> CredentialLadder.Rung?
  {
    ladder.refused(
      generation: generation ?? ladder.generation, holdsRefreshToken: refresh, at: .seconds(seconds), using: &dice)
  }

  @Test("The refresh token comes first, then the configured token for a new one, then itself")
  mutating func order() {
    #expect(refused() == .refresh)
    #expect(ladder.slipped(at: .zero, using: &dice) == .issue)
    #expect(ladder.slipped(at: .zero, using: &dice) == .configured)
    ladder.held()
    #expect(ladder.generation == 1)
  }

  @Test("New credentials that are refused lead to the next rung, never to the same")
  mutating func neverTheSame() {
    #expect(refused() == .refresh)
    ladder.held()
    #expect(refused() == .issue)
    ladder.held()
    #expect(refused() == .configured)
    ladder.held()
    #expect(refused() == nil)
  }

  @Test("Credentials that were proven begin at the top when they are refused later")
  mutating func proven() {
    #expect(refused() == .refresh)
    ladder.held()
    ladder.proven(generation: 1, at: .zero)
    #expect(refused() == .refresh)
  }

  @Test("Without a refresh token the ladder begins one rung lower")
  mutating func withoutRefreshToken() {
    #expect(refused(refresh: false) == .issue)
  }

  @Test("Calls refused together climb once; a late refusal blames no newer credentials")
  mutating func together() {
    #expect(refused(0) == .refresh)
    #expect(refused(0) == nil)
    ladder.held()
    #expect(refused(0) == nil)
    #expect(refused(1) == .issue)
  }

  @Test("A rung that was not answered is tried again")
  mutating func unanswered() {
    #expect(refused() == .refresh)
    ladder.unanswered()
    #expect(refused() == .refresh)
  }

  @Test("After the last rung there is a pause, then the ladder begins anew")
  mutating func exhausted() {
    #expect(refused() == .refresh)
    _ = ladder.slipped(at: .zero, using: &dice)
    _ = ladder.slipped(at: .zero, using: &dice)
    #expect(ladder.slipped(at: .zero, using: &dice) == nil)
    #expect(refused(at: 0.5) == nil)
    #expect(refused(at: 60) == .refresh)
  }

  @Test(
    "However calls end, between two proofs no more than three rungs are tried in a minute",
    arguments: 0..<30 as Range<UInt64>)
  mutating func loopFree(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    ladder = CredentialLadder(backOff: BackOff.Policy(base: .seconds(60), cap: .seconds(60)))
    var rungs = 0
    for step in 0..<300 {
      let now = Double(step) / 10
      switch Int.random(in: 0..<3, using: &random) {
      case 0: if refused(at: now) != nil { rungs += 1 }
      case 1: ladder.held()
      default: if ladder.slipped(at: .seconds(now), using: &dice) != nil { rungs += 1 }
      }
    }
    #expect(rungs == 3)
  }

  // MARK: Before the end

  @Test("A token that will end is renewed from the top of the ladder, and a refusal goes on down it")
  mutating func renewal() {
    #expect(ladder.renew(holdsRefreshToken: true) == .refresh)
    #expect(ladder.renew(holdsRefreshToken: true) == nil)
    #expect(refused() == nil)
    #expect(ladder.slipped(at: .zero, using: &dice) == .issue)
    ladder.held()
    #expect(ladder.renew(holdsRefreshToken: false) == .issue)
  }

  @Test("A token is renewed between 75 and 85 percent of its life, but never without a pause")
  mutating func renewalTime() {
    var renewal = TokenRenewal()
    #expect(renewal.due == nil)
    var times: Set<Duration> = []
    for _ in 0..<100 {
      renewal.adopted(lasting: 1000, at: .seconds(50), using: &dice)
      times.insert(renewal.due ?? .zero)
    }
    #expect(times.allSatisfy { (.seconds(800) ... .seconds(900)).contains($0) })
    #expect(times.count > 50)
    for seconds in [Int.min, -1, 0, 1] {
      renewal.adopted(lasting: seconds, at: .zero, using: &dice)
      #expect(renewal.due == .seconds(1))
    }
    renewal.adopted(lasting: .max, at: .zero, using: &dice)
    #expect(renewal.due.map { $0 < .seconds(30 * 86_400) } == true)
    renewal.forgotten()
    #expect(renewal.due == nil)
  }

  @Test("A renewal without an answer is tried again, with growing pauses; none comes back for a token that is gone")
  mutating func unansweredRenewal() {
    var renewal = TokenRenewal()
    renewal.unanswered(at: .zero, using: &dice)
    #expect(renewal.due == nil)
    renewal.adopted(lasting: 10, at: .zero, using: &dice)
    for second in 8..<40 {
      let now = Duration.seconds(second)
      renewal.unanswered(at: now, using: &dice)
      #expect(renewal.due.map { (.seconds(5) ... .seconds(60)).contains($0 - now) } == true)
    }
  }
}
