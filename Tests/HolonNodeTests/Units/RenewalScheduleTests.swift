import HolonPKI
import Testing

@testable import HolonNode

@Suite("When a certificate is renewed")
struct RenewalScheduleTests {
  private let made = 1_800_000_000
  private let day = 86_400

  private func certificate(lifetime: Int) throws -> Certificate {
    let (authority, _) = try CertificateAuthority.create(name: "CA", lifetime: 3650 * day, now: made)
    return try authority.issue(
      SubjectNames(id: "edge"), for: PrivateKey.generate().publicKey, lifetime: lifetime, now: made)
  }

  @Test("at four fifths of its life, and not before")
  func due() throws {
    var schedule = RenewalSchedule()
    #expect(schedule.wait(at: made, uptime: .zero) == nil)
    schedule.observe(try certificate(lifetime: 90 * day), share: 0)
    let wait = try #require(schedule.wait(at: made, uptime: .zero))
    #expect(abs(wait / .seconds(day) - 72) < 0.01)
    #expect(schedule.wait(at: made + 73 * day, uptime: .zero) == .zero)
  }

  @Test("not a second time while an attempt is under way")
  func once() throws {
    var schedule = RenewalSchedule()
    schedule.observe(try certificate(lifetime: day), share: 0)
    schedule.begin()
    #expect(schedule.wait(at: made + day, uptime: .zero) == nil)
    schedule.succeeded()
    #expect(schedule.wait(at: made + day, uptime: .zero) == .zero)
  }

  @Test("again after a failure, with pauses from a minute to an hour for a long life")
  func pauses() throws {
    var schedule = RenewalSchedule()
    schedule.observe(try certificate(lifetime: 90 * day), share: 0)
    var random = SystemRandomNumberGenerator()
    var uptime = Duration.zero
    for _ in 0..<200 {
      schedule.begin()
      let pause = schedule.failed(at: uptime, using: &random)
      #expect((.seconds(60) ... .seconds(3600)).contains(pause))
      #expect(schedule.wait(at: made + 80 * day, uptime: uptime) == pause)
      uptime += pause
      #expect(schedule.wait(at: made + 80 * day, uptime: uptime) == .zero)
    }
  }

  @Test("many times before the end, however short the life", arguments: [10, 60, 3600, 86_400])
  func shortLives(lifetime: Int) throws {
    var schedule = RenewalSchedule()
    schedule.observe(try certificate(lifetime: lifetime), share: 0)
    var random = SystemRandomNumberGenerator()
    var attempts = 0
    var uptime = Duration.zero
    let left = Duration.seconds(lifetime) / 5
    while uptime < left {
      attempts += 1
      uptime += schedule.failed(at: uptime, using: &random)
    }
    #expect(attempts >= 2)
  }

  @Test("anew for another certificate, also one that somebody else put there")
  func exchanged() throws {
    var schedule = RenewalSchedule()
    var random = SystemRandomNumberGenerator()
    schedule.observe(try certificate(lifetime: day), share: 0)
    _ = schedule.failed(at: .zero, using: &random)
    let other = try certificate(lifetime: 30 * day)
    schedule.observe(other, share: 0)
    #expect(schedule.serial == other.serial)
    #expect(try #require(schedule.wait(at: made + day, uptime: .zero)) > .seconds(20 * day))
  }
}
