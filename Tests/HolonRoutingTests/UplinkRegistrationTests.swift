import HolonRouting
import RXON
import Testing

@Suite("Registration schedule")
struct UplinkRegistrationTests {
  private var dice = SeededGenerator(seed: 5)

  private func begin(_ schedule: inout RegistrationSchedule, at seconds: Double) -> Bool {
    schedule.begin(at: moment(seconds), parentTime: moment(seconds).unixSeconds)
  }

  private func registered() -> RegistrationSchedule {
    var schedule = RegistrationSchedule()
    #expect(begin(&schedule, at: 0))
    schedule.succeeded(at: .zero)
    return schedule
  }

  @Test("The first is due at once, the next after five minutes")
  func regular() {
    var schedule = registered()
    #expect(schedule.isRegistered)
    #expect(schedule.nextAttempt == .seconds(300))
    #expect(!begin(&schedule, at: 299))
    #expect(begin(&schedule, at: 300))
    #expect(!begin(&schedule, at: 301))
  }

  @Test("An interruption and a 404 make one due at once; many together make one")
  func interrupted() {
    var schedule = registered()
    for _ in 0..<10 { schedule.interrupted(at: .seconds(50)) }
    schedule.notKnown(at: .seconds(50))
    #expect(!schedule.isRegistered)
    #expect(schedule.nextAttempt.map { $0 <= .seconds(50) } == true)
    #expect(begin(&schedule, at: 50))
    schedule.succeeded(at: .seconds(50))
    #expect(schedule.isRegistered)
    #expect(schedule.nextAttempt == .seconds(350))
  }

  @Test("An interruption while registering asks for another registration")
  func interruptedMeanwhile() {
    var schedule = RegistrationSchedule()
    #expect(begin(&schedule, at: 0))
    schedule.interrupted(at: .seconds(0.1))
    schedule.succeeded(at: .seconds(2))
    #expect(!schedule.isRegistered)
    #expect(schedule.nextAttempt == .seconds(3))
  }

  @Test("An unreachable parent is tried again for ever, at least every 30 s")
  mutating func unreachable() {
    var schedule = RegistrationSchedule()
    var now = 0.0
    for _ in 0..<100 {
      let next = (schedule.nextAttempt ?? .zero) / .seconds(1)
      #expect(next - now <= 30)
      now = max(now, next)
      while !begin(&schedule, at: now) { now += 0.05 }
      schedule.failed(TransportError(.unreachable, ""), at: .seconds(now), using: &dice)
      #expect(!schedule.isRegistered)
    }
  }

  @Test("Two are never signed in one second of the parent's clock")
  func oncePerSecond() {
    var schedule = registered()
    var count = 0
    for tick in 1..<500 {
      let now = Double(tick) / 100
      schedule.offerChanged(at: .seconds(now))
      if begin(&schedule, at: now) {
        count += 1
        schedule.succeeded(at: .seconds(now))
      }
    }
    #expect(count == 4)
  }

  @Test("A changed offer does not put the registration in doubt")
  func offerChanged() {
    var schedule = registered()
    schedule.offerChanged(at: .seconds(9))
    #expect(schedule.isRegistered)
    #expect(begin(&schedule, at: 9))
  }

  @Test("429 is waited for, and a loop is asked about only now and then")
  mutating func refusals() {
    var schedule = RegistrationSchedule()
    #expect(begin(&schedule, at: 0))
    schedule.failed(TransportError(.rateLimited, "", retryAfter: .seconds(20)), at: .zero, using: &dice)
    #expect(schedule.nextAttempt == .seconds(21.5))
    #expect(begin(&schedule, at: 22))
    schedule.failed(TransportError(.conflict, ""), at: .seconds(22), using: &dice)
    #expect(schedule.nextAttempt == .seconds(22) + schedule.policy.backOff.cap)
  }
}
