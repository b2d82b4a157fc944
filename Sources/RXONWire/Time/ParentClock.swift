import Synchronization

/// The parent's clock, estimated from the `Date` of its answers.
package final class ParentClock: Sendable {
  /// Parent's time minus local time, in seconds.
  private let offset = Atomic<Int>(0)

  /// To the end of the year 9999.
  private static let times = 0...253_402_300_799

  package init() {}

  /// Unix seconds.
  package func now() -> Int {
    WallClock.unixSeconds() + offset.load(ordering: .relaxed)
  }

  /// Takes note of a `Date` that has just arrived.
  package func observe(date: String) {
    guard let parentTime = HTTPDate.parse(date) else { return }
    observe(parentTime)
  }

  /// Takes note of the parent's time in Unix seconds. Both clocks are cut to seconds, so a difference of one second to
  /// the last estimate is none. What is no time of a calendar is passed over.
  package func observe(_ parentTime: Int) {
    guard Self.times.contains(parentTime) else { return }
    let observed = parentTime - WallClock.unixSeconds()
    if abs(observed - offset.load(ordering: .relaxed)) > 1 {
      offset.store(observed, ordering: .relaxed)
    }
  }
}
