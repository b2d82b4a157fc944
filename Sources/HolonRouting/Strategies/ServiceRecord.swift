/// How a child did with one skill of late: moving averages in which the last result weighs a fifth.
struct ServiceRecord: Equatable {
  private static let weight = 0.2
  /// Keeps a child that only fails comparable to others that only fail.
  private static let leastSuccess = 0.01

  /// From hand-out to result.
  private(set) var seconds: Double
  /// 0…1.
  private(set) var success: Double

  init(seconds: Double, succeeded: Bool) {
    self.seconds = max(0, seconds)
    success = succeeded ? 1 : 0
  }

  mutating func observe(seconds: Double, succeeded: Bool) {
    self.seconds += (max(0, seconds) - self.seconds) * Self.weight
    success += ((succeeded ? 1 : 0) - success) * Self.weight
  }

  /// The time that one success takes, counting the failures on the way.
  var secondsPerSuccess: Double {
    seconds / max(Self.leastSuccess, success)
  }
}
