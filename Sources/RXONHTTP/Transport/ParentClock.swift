import Synchronization

/// The parent's clock, estimated from the `Date` of its answers.
final class ParentClock: Sendable {
  /// Parent's time minus local time, in seconds.
  private let offset = Atomic<Int>(0)

  /// Unix seconds.
  func now() -> Int {
    WallClock.unixSeconds() + offset.load(ordering: .relaxed)
  }

  /// Takes note of a `Date` that has just arrived. Both clocks are cut to seconds, so a difference of one second to
  /// the last estimate is none.
  func observe(_ date: String) {
    guard let parentTime = HTTPDate.parse(date) else { return }
    let observed = parentTime - WallClock.unixSeconds()
    if abs(observed - offset.load(ordering: .relaxed)) > 1 {
      offset.store(observed, ordering: .relaxed)
    }
  }
}
