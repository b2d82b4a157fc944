import Testing

@testable import HolonRouting

@Suite("Allowances of callers")
struct AllowanceTests {
  private func allowances(_ limit: Int, bytes: Int? = nil, callers: Int = 100) -> CallAllowances {
    CallAllowances(
      CallAllowances.Limits(callsPerMinute: [.results: limit, .events: limit], bytesPerMinute: bytes), callers: callers)
  }

  private func refusal(
    _ allowances: inout CallAllowances, _ call: LimitedCall = .results, bytes: Int = 0, of caller: String = "w1",
    at uptime: Duration
  ) -> AdmissionRefusal? {
    do throws(AdmissionRefusal) {
      try allowances.spend(call, bytes: bytes, of: caller, at: uptime)
      return nil
    } catch {
      return error
    }
  }

  @Test(
    "within any minute a caller gets at most twice its allowance, and never less than it when it asks steadily",
    arguments: 0..<20 as Range<UInt64>)
  func rates(seed: UInt64) {
    var dice = SeededGenerator(seed: seed)
    let limit = Int.random(in: 1...200, using: &dice)
    var allowances = allowances(limit)
    var uptime = Duration.zero
    var granted: [Duration] = []
    for _ in 0..<3000 {
      uptime += .milliseconds(Int.random(in: 0...500, using: &dice))
      if refusal(&allowances, at: uptime) == nil { granted.append(uptime) }
    }
    for (index, start) in granted.enumerated().filter({ $0.offset.isMultiple(of: 7) }) {
      let within = granted[index...].prefix { $0 - start < .seconds(60) }.count
      #expect(within <= 2 * limit)
    }
    // 3,000 calls in about 750 s.
    #expect(granted.count >= min(3000, Int(Double(limit) * (uptime / .seconds(60)) * 0.9)))
  }

  @Test("whoever comes back when it was told to is let through", arguments: 0..<20 as Range<UInt64>)
  func retryAfter(seed: UInt64) throws {
    var dice = SeededGenerator(seed: seed)
    var allowances = allowances(Int.random(in: 1...1000, using: &dice))
    var uptime = Duration.seconds(Int.random(in: 0...100_000, using: &dice))
    var waited = 0
    for _ in 0..<2000 {
      guard let refusal = refusal(&allowances, at: uptime) else { continue }
      waited += 1
      #expect(refusal.reason == .rate(.results) && refusal.retryAfter > .zero && refusal.retryAfter <= .seconds(61))
      uptime += refusal.retryAfter
      #expect(self.refusal(&allowances, at: uptime) == nil)
    }
    #expect(waited > 0)
  }

  @Test("one caller, or one kind of call, takes nothing from another")
  func apart() {
    var allowances = allowances(2)
    #expect((0..<3).map { _ in refusal(&allowances, at: .zero) == nil } == [true, true, false])
    #expect(refusal(&allowances, .events, at: .zero) == nil)
    #expect(refusal(&allowances, of: "w2", at: .zero) == nil)
    #expect((0..<1000).allSatisfy { _ in refusal(&allowances, .polls, at: .zero) == nil })
  }

  @Test("bytes are counted over all calls; a body larger than the whole allowance goes through once, and is paid for")
  func bytes() {
    var allowances = allowances(1000, bytes: 600)
    #expect(refusal(&allowances, .polls, bytes: 400, at: .zero) == nil)
    #expect(refusal(&allowances, bytes: 300, at: .zero)?.reason == .bytes)
    #expect(refusal(&allowances, bytes: 200, at: .zero) == nil)
    #expect(refusal(&allowances, bytes: 6000, at: .seconds(59))?.reason == .bytes)
    #expect(refusal(&allowances, bytes: 6000, at: .seconds(60)) == nil)
    #expect(refusal(&allowances, bytes: 1, at: .seconds(600)) != nil)
    #expect(refusal(&allowances, bytes: 1, at: .seconds(601)) == nil)
    #expect(refusal(&allowances, bytes: 0, at: .seconds(60)) == nil)
  }

  @Test("as many callers are remembered as was said, and those that call are not forgotten")
  func bounded() {
    var allowances = allowances(1, callers: 10)
    for number in 0..<10_000 {
      _ = refusal(&allowances, of: "w\(number)", at: .zero)
      #expect((refusal(&allowances, of: "busy", at: .zero) == nil) == (number == 0))
    }
    #expect(allowances.count == 10)
  }

  @Test("a clock that stands still or goes back gives nothing away")
  func clock() {
    var allowances = allowances(1)
    #expect(refusal(&allowances, at: .seconds(100)) == nil)
    #expect(refusal(&allowances, at: .seconds(0)) != nil)
    #expect(refusal(&allowances, at: .seconds(101)) != nil)
    #expect(refusal(&allowances, at: .seconds(161)) == nil)
  }
}

@Suite("Log lines of refusals")
struct LogAllowanceTests {
  @Test("so many lines of each kind, and with the next one the number of those that were left out")
  func leftOut() {
    var lines = LogAllowance(perMinute: 2)
    #expect((0..<5).map { _ in lines.admit("403", at: .zero) } == [0, 0, nil, nil, nil])
    #expect(lines.admit("429", at: .zero) == 0)
    #expect(lines.admit("403", at: .seconds(31)) == 3)
    #expect(lines.admit("403", at: .seconds(90)) == 0)
  }

  @Test("however many kinds there are, the lines are few")
  func manyKinds() {
    var lines = LogAllowance(perMinute: 1)
    let admitted = (0..<10_000).count { lines.admit("\($0)", at: .zero) != nil }
    #expect(admitted <= 65)
  }
}
