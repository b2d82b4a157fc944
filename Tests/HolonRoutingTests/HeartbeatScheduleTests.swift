import HolonRouting
import RXON
import Testing

@Suite("Heartbeat schedule")
struct HeartbeatScheduleTests {
  private var dice = SeededGenerator(seed: 3)

  private func registered() -> HeartbeatSchedule {
    var schedule = HeartbeatSchedule()
    schedule.registered(at: .zero)
    return schedule
  }

  private func begin(_ schedule: inout HeartbeatSchedule, at seconds: Double) -> HeartbeatSchedule.Content? {
    schedule.begin(at: moment(seconds), parentTime: moment(seconds).unixSeconds)
  }

  @Test("Nothing is sent before a registration; one follows it at once, then one each interval")
  func regular() {
    var schedule = HeartbeatSchedule()
    #expect(schedule.nextAttempt == nil)
    #expect(begin(&schedule, at: 0) == nil)
    schedule.registered(at: .zero)
    #expect(begin(&schedule, at: 0) == .brief)
    #expect(schedule.nextAttempt == nil)
    schedule.answered(HeartbeatReply(), at: .seconds(1))
    #expect(schedule.nextAttempt == .seconds(16))
    #expect(begin(&schedule, at: 15.9) == nil)
    #expect(begin(&schedule, at: 16) == .brief)
  }

  @Test("A change is told within a second, in full when the offer changed")
  func change() {
    var schedule = registered()
    _ = begin(&schedule, at: 0)
    schedule.answered(HeartbeatReply(), at: .zero)
    schedule.statusChanged(at: .seconds(5.2))
    schedule.offerChanged(at: .seconds(5.21))
    #expect(schedule.nextAttempt.map { $0 < .seconds(6.2) } == true)
    #expect(begin(&schedule, at: 5.3) == .full)
    schedule.answered(HeartbeatReply(), at: .seconds(6))
    #expect(schedule.nextAttempt == .seconds(21))
  }

  @Test("Never two within one second of the parent's clock, however often things change")
  func oncePerSecond() {
    var schedule = registered()
    var seconds: [Int] = []
    for tick in 0..<2_000 {
      let now = Double(tick) / 100
      schedule.statusChanged(at: .seconds(now))
      if begin(&schedule, at: now) != nil {
        seconds.append(moment(now).unixSeconds)
        schedule.answered(HeartbeatReply(), at: .seconds(now))
      }
    }
    #expect(Set(seconds).count == seconds.count)
    #expect(seconds.count == 20)
  }

  @Test("A full sync that the parent asks for follows at once")
  func fullSync() {
    var schedule = registered()
    _ = begin(&schedule, at: 0)
    schedule.answered(HeartbeatReply(requireFullSync: true), at: .seconds(0.5))
    #expect(begin(&schedule, at: 1) == .full)
    schedule.answered(HeartbeatReply(), at: .seconds(1))
    #expect(begin(&schedule, at: 16) == .brief)
  }

  @Test("The parent's jitter is added, within reason")
  func jitter() {
    for (asked, expected) in [(1_500, 16.5), (-5_000, 15), (3_600_000, 75)] {
      var schedule = registered()
      _ = begin(&schedule, at: 0)
      schedule.answered(HeartbeatReply(nextHeartbeatJitter: .milliseconds(asked)), at: .zero)
      #expect(schedule.nextAttempt == .seconds(expected))
    }
  }

  @Test("A change during a heartbeat, and what a failed one would have told, are told by the next")
  mutating func nothingUntold() {
    var schedule = registered()
    schedule.offerChanged(at: .zero)
    #expect(begin(&schedule, at: 0) == .full)
    schedule.failed(TransportError(.timedOut, ""), at: .seconds(5), using: &dice)
    #expect(begin(&schedule, at: 30) == .full)
    schedule.offerChanged(at: .seconds(30.2))
    schedule.answered(HeartbeatReply(), at: .seconds(30.4))
    #expect(begin(&schedule, at: 31.3) == .full)
  }

  @Test("A 429 silences heartbeats, but never for so long that the parent forgets the node")
  mutating func rateLimited() {
    for (named, expected) in [(nil, 61.5), (Duration.seconds(10), 11.5), (.seconds(1_000), 90)] {
      var schedule = registered()
      _ = begin(&schedule, at: 0)
      schedule.failed(TransportError(.rateLimited, "", retryAfter: named), at: .zero, using: &dice)
      schedule.registered(at: .seconds(1))
      #expect(schedule.nextAttempt == .seconds(expected))
    }
  }

  @Test("An offer that changed while a registration was on its way is told after it")
  func changedWhileRegistering() {
    var schedule = HeartbeatSchedule()
    schedule.offerChanged(at: .zero)
    schedule.registered(at: .seconds(1))
    #expect(begin(&schedule, at: 1) == .full)
  }

  @Test("None is sent while the uplink is lost")
  func lost() {
    var schedule = registered()
    schedule.uplinkLost()
    schedule.statusChanged(at: .zero)
    #expect(schedule.nextAttempt == nil)
    schedule.registered(at: .seconds(9))
    #expect(begin(&schedule, at: 9) == .brief)
  }
}

@Suite("Usage dead band")
struct HeartbeatUsageTests {
  @Test("Usage is told first, then on a change of five per cent, or after a minute")
  func deadBand() {
    var band = UsageDeadBand()
    var usage = ResourcesUsage(cpuLoadPercent: 50, ramUsedGB: 10)
    #expect(band.worthTelling(usage, at: .zero) == usage)
    usage.cpuLoadPercent = 54.9
    usage.ramUsedGB = 10.4
    #expect(band.worthTelling(usage, at: .seconds(59)) == nil)
    #expect(band.worthTelling(usage, at: .seconds(60)) == usage)
    usage.cpuLoadPercent = 59.9
    #expect(band.worthTelling(usage, at: .seconds(61)) == usage)
    usage.ramUsedGB = 11
    #expect(band.worthTelling(usage, at: .seconds(62)) == usage)
  }

  @Test("A slow drift is told once it has left the band")
  func drift() {
    var band = UsageDeadBand()
    let told = (0..<20).compactMap { step in
      band.worthTelling(ResourcesUsage(cpuLoadPercent: Double(step)), at: .seconds(step))?.cpuLoadPercent
    }
    #expect(told == [0, 5, 10, 15])
  }

  @Test("A device that moved, came or went is told")
  func devices() {
    var band = UsageDeadBand()
    func usage(_ loads: [Double]) -> ResourcesUsage {
      ResourcesUsage(devicesUsage: loads.enumerated().map { DeviceUsage(unitID: "gpu\($0)", loadPercent: $1) })
    }
    #expect(band.worthTelling(usage([10]), at: .zero) != nil)
    #expect(band.worthTelling(usage([14]), at: .zero) == nil)
    #expect(band.worthTelling(usage([15]), at: .zero) != nil)
    #expect(band.worthTelling(usage([15, 0]), at: .zero) != nil)
  }
}
