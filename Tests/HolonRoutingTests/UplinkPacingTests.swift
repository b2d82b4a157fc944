import HolonRouting
import Testing

@Suite("Pacing of calls")
struct UplinkPacingTests {
  @Test("A parent that never answers 429 is never slowed down")
  func unlimited() {
    var pacing = CallPacing()
    for tick in 0..<10_000 {
      let now = Duration.milliseconds(tick)
      #expect(pacing.allowance(demand: 5_000, inFlight: 4_000, at: now) == 1_000)
      pacing.started(1_000, at: now)
      pacing.answered(worthwhile: tick % 2 == 0, at: now)
      #expect(pacing.nextChance(at: now) == nil)
    }
  }

  @Test("A 429 silences the kind for the time that the parent names, and for over a minute when it names none")
  func silence() {
    for (named, expected) in [(Duration.seconds(10), 11.5), (nil, 61.5)] {
      var pacing = CallPacing()
      pacing.limited(retryAfter: named, inFlight: 1, at: .seconds(100))
      let resumes = Duration.seconds(100 + expected)
      #expect(pacing.nextChance(at: .seconds(100)) == resumes)
      #expect(pacing.allowance(demand: 10, inFlight: 0, at: resumes - .milliseconds(1)) == 0)
      #expect(pacing.allowance(demand: 10, inFlight: 0, at: resumes) > 0)
    }
  }

  @Test("A parent cannot silence a node for hours")
  func longestSilence() {
    var pacing = CallPacing()
    pacing.limited(retryAfter: .seconds(1_000_000), inFlight: 1, at: .zero)
    #expect(pacing.nextChance(at: .zero) == .seconds(600))
  }

  @Test("Calls refused together are one lesson")
  func oneLesson() {
    var pacing = CallPacing(CallPacing.Policy(largestWindow: 64))
    for left in stride(from: 40, to: 0, by: -1) { pacing.limited(retryAfter: nil, inFlight: left, at: .zero) }
    #expect(pacing.window == 20)
  }

  @Test("Once limited, idle polls shrink to one, and polls that bring tasks open the window again")
  func window() {
    var pacing = CallPacing(CallPacing.Policy(largestWindow: 64))
    pacing.limited(retryAfter: nil, inFlight: 4, at: .zero)
    for _ in 0..<10 { pacing.answered(worthwhile: false, at: .seconds(100)) }
    #expect(pacing.window == 1)
    for _ in 0..<10 { pacing.answered(worthwhile: true, at: .seconds(100)) }
    #expect(pacing.window == 64)
  }

  @Test("Against the reference's counter, whose window every call renews, polls keep to bursts and silences")
  func renewedWindow() {
    var parent = RenewedCounter(limit: 60)
    let accepted = simulate(seconds: 3_600) { now in parent.accepts(at: now) ? nil : .refused(retryAfter: nil) }
    // 60 calls for each silence of a minute, less what finding out costs.
    #expect(accepted > 50 * 60)
    #expect(parent.refused < 200)
  }

  @Test("Against the same counter naming a time, spreading out is given up when it does not pay")
  func renewedWindowWithTime() {
    var parent = RenewedCounter(limit: 60)
    let accepted = simulate(seconds: 3_600) { now in
      parent.accepts(at: now) ? nil : .refused(retryAfter: .seconds(60))
    }
    #expect(accepted > 40 * 60)
  }

  @Test("Against a bucket that refills, calls come near its rate with few refusals")
  func bucket() {
    var tokens = 10.0
    var last = 0.0
    var refused = 0
    let accepted = simulate(seconds: 3_600) { now in
      tokens = min(10, tokens + (now - last))
      last = now
      guard tokens < 1 else {
        tokens -= 1
        return nil
      }
      refused += 1
      return .refused(retryAfter: .seconds(1))
    }
    #expect(accepted > 2_400)
    #expect(refused < 600)
  }

  private enum Answer {
    case refused(retryAfter: Duration?)
  }

  /// Calls whenever pacing allows it, each answered at once. Returns how many were accepted.
  private func simulate(seconds: Int, _ answer: (Double) -> Answer?) -> Int {
    var pacing = CallPacing(CallPacing.Policy(largestWindow: 16))
    var accepted = 0
    for tick in 0..<(seconds * 20) {
      let seconds = Double(tick) / 20
      let now = Duration.seconds(seconds)
      let count = pacing.allowance(demand: 16, inFlight: 0, at: now)
      pacing.started(count, at: now)
      for left in stride(from: count, to: 0, by: -1) {
        switch answer(seconds) {
        case nil:
          accepted += 1
          pacing.answered(worthwhile: true, at: now)
        case .refused(let retryAfter):
          pacing.answered(worthwhile: false, at: now)
          pacing.limited(retryAfter: retryAfter, inFlight: left, at: now)
        }
      }
    }
    return accepted
  }

  /// The reference orchestrator's limiter, as measured: each call renews the minute.
  private struct RenewedCounter {
    let limit: Int
    var count = 0
    var refused = 0
    var ends = 0.0

    mutating func accepts(at now: Double) -> Bool {
      if now > ends { count = 0 }
      count += 1
      ends = now + 60
      if count > limit { refused += 1 }
      return count <= limit
    }
  }
}
