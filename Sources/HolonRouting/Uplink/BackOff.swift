/// Growing, jittered delays between attempts ("decorrelated jitter": each delay is drawn between the base and three
/// times the one before), forgotten only after the other side was well for a while.
public struct BackOff: Sendable, Hashable {
  /// How long delays are. Shared by many back-offs.
  public struct Policy: Sendable, Hashable {
    /// The shortest delay.
    public var base: Duration
    /// The longest delay.
    public var cap: Duration
    /// How long things must go well before the delays start at the base again.
    public var stablePeriod: Duration

    public init(
      base: Duration = .milliseconds(200), cap: Duration = .seconds(30), stablePeriod: Duration = .seconds(60)
    ) {
      self.base = base
      self.cap = max(base, cap)
      self.stablePeriod = stablePeriod
    }

    /// The delay that follows `previous`; the first one when there was none.
    public func delay(after previous: Duration?, using random: inout some RandomNumberGenerator) -> Duration {
      let longest = min(cap, (previous ?? base) * 3)
      guard longest > base else { return base }
      return base + (longest - base) * Double.random(in: 0...1, using: &random)
    }
  }

  public let policy: Policy
  private var previous: Duration?
  private var wellSince: Duration?

  public init(_ policy: Policy = Policy()) {
    self.policy = policy
  }

  /// An attempt failed at uptime `now`. Returns how long to wait before the next.
  public mutating func failed(at now: Duration, using random: inout some RandomNumberGenerator) -> Duration {
    if let wellSince, now - wellSince >= policy.stablePeriod { previous = nil }
    wellSince = nil
    let delay = policy.delay(after: previous, using: &random)
    previous = delay
    return delay
  }

  /// An attempt succeeded at uptime `now`. One success does not shorten the next delay; a stable period does.
  public mutating func succeeded(at now: Duration) {
    if wellSince == nil { wellSince = now }
  }
}
