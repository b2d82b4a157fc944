public import RXON

/// When the next heartbeat goes to a parent, and how much it must say.
///
/// One regularly; one soon after a change; never two signed in one second of the parent's clock, since the second could
/// be a replay of the first (protocol §3); one at a time.
public struct HeartbeatSchedule: Sendable {
  public struct Policy: Sendable, Hashable {
    public var interval: Duration
    /// Changes that come together are told together; short, since a change must be told within a second.
    public var gathering: Duration
    /// The longest jitter that a parent may ask for. A parent forgets a worker after 120 s of silence.
    public var longestJitter: Duration
    public var backOff: BackOff.Policy
    /// For a 429; a silence is kept below what makes the parent forget this node.
    public var pacing: CallPacing.Policy

    public init(
      interval: Duration = .seconds(15), gathering: Duration = .milliseconds(50),
      longestJitter: Duration = .seconds(60),
      backOff: BackOff.Policy = BackOff.Policy(base: .seconds(1), cap: .seconds(15)),
      pacing: CallPacing.Policy = CallPacing.Policy(longestSilence: .seconds(90))
    ) {
      self.interval = interval
      self.gathering = gathering
      self.longestJitter = longestJitter
      self.backOff = backOff
      self.pacing = pacing
    }
  }

  public enum Content: Sendable, Hashable {
    /// The skills in full, with everything else that a heartbeat can say.
    case full
    /// Status, current tasks, and usage where it left its dead band.
    case brief
  }

  public let policy: Policy
  private var backOff: BackOff
  /// Nil until the node is registered.
  private var nextRegular: Duration?
  /// The oldest change that no heartbeat told yet.
  private var changedAt: Duration?
  private var heldUntil: Duration = .zero
  /// What a 429 holds back, a registration does not release.
  private var limitedUntil: Duration = .zero
  private var mustBeFull = false
  private var inFlight: Content?
  private var lastSecond: Int?

  public init(_ policy: Policy = Policy()) {
    self.policy = policy
    backOff = BackOff(policy.backOff)
  }

  // MARK: What happened

  /// A registration succeeded. It says nothing of the status, so a heartbeat follows; a full one if the offer changed,
  /// since that may have been while the registration was on its way.
  public mutating func registered(at now: Duration) {
    nextRegular = now
    heldUntil = limitedUntil
  }

  /// The uplink is down: nothing until the next registration.
  public mutating func uplinkLost() {
    nextRegular = nil
  }

  /// What a heartbeat tells of the offer (skills, available and hot ones) changed.
  public mutating func offerChanged(at now: Duration) {
    mustBeFull = true
    statusChanged(at: now)
  }

  public mutating func statusChanged(at now: Duration) {
    if changedAt == nil { changedAt = now }
  }

  // MARK: Sending

  /// When to call ``begin(at:parentTime:)``, as uptime. Nil when no time will make a heartbeat due.
  public var nextAttempt: Duration? {
    guard let nextRegular, inFlight == nil else { return nil }
    let wanted = changedAt.map { min(nextRegular, $0 + policy.gathering) } ?? nextRegular
    return max(wanted, heldUntil)
  }

  /// Begins a heartbeat if one is due.
  /// - Parameter parentTime: the parent's clock in Unix seconds; the second in which the heartbeat is signed.
  /// - Returns: what it must contain; nil when it is not time.
  public mutating func begin(at now: Moment, parentTime: Int) -> Content? {
    guard let nextAttempt, nextAttempt <= now.uptime else { return nil }
    if let lastSecond, isSameSecond(parentTime, lastSecond) {
      heldUntil = now.uptime + .milliseconds(50)
      return nil
    }
    lastSecond = parentTime
    changedAt = nil
    let content: Content = mustBeFull ? .full : .brief
    mustBeFull = false
    inFlight = content
    return content
  }

  /// The parent answered the heartbeat.
  public mutating func answered(_ reply: HeartbeatReply, at now: Duration) {
    inFlight = nil
    backOff.succeeded(at: now)
    let jitter = min(max(reply.nextHeartbeatJitter ?? .zero, .zero), policy.longestJitter)
    if nextRegular != nil { nextRegular = now + policy.interval + jitter }
    if reply.requireFullSync {
      mustBeFull = true
      statusChanged(at: now)
    }
  }

  /// The heartbeat failed; what it would have told is still to be told.
  public mutating func failed(_ error: TransportError, at now: Duration, using random: inout some RandomNumberGenerator)
  {
    if inFlight == .full { mustBeFull = true }
    inFlight = nil
    statusChanged(at: now)
    switch error.kind {
    case .rateLimited:
      limitedUntil = now + policy.pacing.silence(after: error.retryAfter)
      heldUntil = limitedUntil
    case .duplicate: heldUntil = now + .seconds(1)
    default: heldUntil = now + backOff.failed(at: now, using: &random)
    }
  }

  /// A clock that was set back by more than a moment repeats seconds, but not soon.
  private func isSameSecond(_ parentTime: Int, _ last: Int) -> Bool {
    parentTime <= last && last.subtractingReportingOverflow(parentTime).partialValue <= 2
  }
}
