/// What each caller may still ask of the node, by its proven identity. Bounded: the callers that were heard of last are
/// kept, and one that was forgotten begins with full allowances.
public struct CallAllowances: Sendable {
  /// What one caller may do in a minute, at once or spread out.
  public struct Limits: Sendable, Hashable {
    /// A kind that is missing is not limited.
    public var callsPerMinute: [LimitedCall: Int]
    /// Bytes of the bodies of its calls; nil for no limit.
    public var bytesPerMinute: Int?

    public init(callsPerMinute: [LimitedCall: Int] = [:], bytesPerMinute: Int? = nil) {
      self.callsPerMinute = callsPerMinute
      self.bytesPerMinute = bytesPerMinute
    }
  }

  private struct Account: Sendable {
    var calls: [LimitedCall: TokenBucket] = [:]
    var bytes: TokenBucket?
  }

  private let limits: Limits
  private var accounts: RecentlyUsed<String, Account>

  /// - Parameter callers: how many are remembered.
  public init(_ limits: Limits, callers: Int) {
    self.limits = limits
    accounts = RecentlyUsed(capacity: callers)
  }

  /// How many callers are remembered.
  public var count: Int { accounts.count }

  /// Counts a call of `caller`.
  /// - Parameter bytes: of its body.
  /// - Throws: ``AdmissionRefusal`` when the caller has used up what it may.
  public mutating func spend(
    _ call: LimitedCall, bytes: Int, of caller: String, at uptime: Duration
  ) throws(AdmissionRefusal) {
    let rate = limits.callsPerMinute[call]
    let byteRate = bytes > 0 ? limits.bytesPerMinute : nil
    guard rate != nil || byteRate != nil else { return }
    let refusal = accounts.update(caller, default: Account()) { account -> AdmissionRefusal? in
      if let rate,
        let wait = account.calls[call, default: TokenBucket(perMinute: rate, at: uptime)]
          .take(1, perMinute: rate, at: uptime)
      {
        return AdmissionRefusal(.rate(call), retryAfter: wait)
      }
      guard let byteRate else { return nil }
      var bucket = account.bytes ?? TokenBucket(perMinute: byteRate, at: uptime)
      let wait = bucket.take(bytes, perMinute: byteRate, at: uptime)
      account.bytes = bucket
      return wait.map { AdmissionRefusal(.bytes, retryAfter: $0) }
    }
    if let refusal { throw refusal }
  }
}
