/// An allowance that refills with time: as much at once as is allowed in a minute, and as much a minute after.
struct TokenBucket: Sendable, Hashable {
  /// Below zero after something larger than the whole allowance was let through.
  private var level: Double
  private var countedAt: Duration

  /// A full one.
  init(perMinute: Int, at uptime: Duration) {
    level = Double(perMinute)
    countedAt = uptime
  }

  /// Takes `amount` if it is there. What is larger than the whole allowance is let through when nothing is missing, and
  /// paid for by waiting afterwards.
  /// - Returns: nil when it was taken, else how long until it can be.
  mutating func take(_ amount: Int, perMinute: Int, at uptime: Duration) -> Duration? {
    refill(perMinute: perMinute, at: uptime)
    let missing = min(Double(amount), Double(perMinute)) - level
    guard missing > 0 else {
      level -= Double(amount)
      return nil
    }
    return Self.time(for: missing, perMinute: perMinute)
  }

  /// How long until something can be taken again; nil when it can be now.
  func wait(perMinute: Int, at uptime: Duration) -> Duration? {
    var bucket = self
    bucket.refill(perMinute: perMinute, at: uptime)
    return bucket.level < 1 ? Self.time(for: 1 - bucket.level, perMinute: perMinute) : nil
  }

  private mutating func refill(perMinute: Int, at uptime: Duration) {
    let elapsed = max(.zero, uptime - countedAt)
    countedAt = max(countedAt, uptime)
    level = min(Double(perMinute), level + elapsed / .seconds(60) * Double(perMinute))
  }

  private static func time(for amount: Double, perMinute: Int) -> Duration {
    let seconds = min(amount * 60 / Double(max(1, perMinute)), 86_400)
    // A little more, so that whoever comes back then does not fail on a rounding.
    return .milliseconds(Int((seconds * 1000).rounded(.up)) + 1)
  }
}
