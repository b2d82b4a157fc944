public import RXON

/// When to register with a parent: at the start, after every interruption of the uplink, at once when the parent does not
/// know this node, when the offer changed in what only a registration tells, and every few minutes anyway.
///
/// The reference orchestrator does not say that it forgot a worker (protocol §7), so an interruption counts as having
/// been forgotten.
public struct RegistrationSchedule: Sendable {
  public struct Policy: Sendable, Hashable {
    public var interval: Duration
    /// After a registration, so that reasons which come together are answered together.
    public var shortestGap: Duration
    /// Capped lower than deliveries are: nothing else begins before a registration succeeded.
    public var backOff: BackOff.Policy
    /// For a 429.
    public var pacing: CallPacing.Policy

    public init(
      interval: Duration = .seconds(300), shortestGap: Duration = .seconds(1),
      backOff: BackOff.Policy = BackOff.Policy(cap: .seconds(15)), pacing: CallPacing.Policy = CallPacing.Policy()
    ) {
      self.interval = interval
      self.shortestGap = shortestGap
      self.backOff = backOff
      self.pacing = pacing
    }
  }

  public let policy: Policy
  /// The parent took a registration, and nothing since suggests that it forgot it.
  public private(set) var isRegistered = false
  private var backOff: BackOff
  private var wantedAt: Duration = .zero
  private var heldUntil: Duration = .zero
  private var isInFlight = false
  /// A reason to doubt came up since the last registration began.
  private var isDoubted = false
  private var lastSecond: Int?

  public init(_ policy: Policy = Policy()) {
    self.policy = policy
    backOff = BackOff(policy.backOff)
  }

  // MARK: Reasons

  /// A call was refused, reset or timed out.
  public mutating func interrupted(at now: Duration) {
    doubt(at: now)
  }

  /// The parent answered a call with 404: it does not know this node.
  public mutating func notKnown(at now: Duration) {
    doubt(at: now)
  }

  /// The offer changed in what a heartbeat does not tell.
  public mutating func offerChanged(at now: Duration) {
    wantedAt = min(wantedAt, now)
  }

  // MARK: Registering

  /// When to call ``begin(at:parentTime:)``, as uptime. Nil while a registration is in flight.
  public var nextAttempt: Duration? {
    isInFlight ? nil : max(wantedAt, heldUntil)
  }

  /// Begins a registration if one is due. Two are never signed in one second of the parent's clock.
  /// - Parameter parentTime: the parent's clock in Unix seconds.
  public mutating func begin(at now: Moment, parentTime: Int) -> Bool {
    guard let nextAttempt, nextAttempt <= now.uptime else { return false }
    if parentTime == lastSecond {
      heldUntil = now.uptime + .milliseconds(50)
      return false
    }
    lastSecond = parentTime
    isInFlight = true
    // A reason that arises from here on asks for another registration.
    wantedAt = now.uptime + policy.interval
    isDoubted = false
    return true
  }

  public mutating func succeeded(at now: Duration) {
    isInFlight = false
    isRegistered = !isDoubted
    backOff.succeeded(at: now)
    heldUntil = now + policy.shortestGap
  }

  public mutating func failed(_ error: TransportError, at now: Duration, using random: inout some RandomNumberGenerator)
  {
    isInFlight = false
    isRegistered = false
    wantedAt = now
    switch error.kind {
    case .rateLimited: heldUntil = now + policy.pacing.silence(after: error.retryAfter)
    // A loop in the tree stays until somebody changes it.
    case .conflict: heldUntil = now + policy.backOff.cap
    default: heldUntil = now + backOff.failed(at: now, using: &random)
    }
  }

  private mutating func doubt(at now: Duration) {
    isRegistered = false
    isDoubted = true
    wantedAt = min(wantedAt, now)
  }
}
