/// Slows down whoever guesses credentials, without locking others out.
///
/// Failures are counted for each pair of a claimed identity and an address: a child that goes wrong does not hinder its
/// neighbours behind one NAT, and one that guesses from elsewhere does not hinder the real owner of the identity. While a
/// pair waits, its calls are refused without a look at their credentials, and cost it nothing more. A far higher limit
/// counts all failures of an address; it holds back only those that have not proven themselves from there lately.
/// Everything is bounded; what was not touched for the longest is forgotten first.
public struct FailureDelays: Sendable {
  public struct Policy: Sendable, Hashable {
    /// Failures of a pair before the first delay.
    public var allowed: Int
    /// The first delay; each further failure doubles it.
    public var delay: Duration
    public var maximumDelay: Duration
    /// Failures of an address in a minute.
    public var perAddress: Int

    public init(
      allowed: Int = 10, delay: Duration = .seconds(1), maximumDelay: Duration = .seconds(60), perAddress: Int = 600
    ) {
      self.allowed = allowed
      self.delay = delay
      self.maximumDelay = maximumDelay
      self.perAddress = perAddress
    }
  }

  private struct Caller: Hashable, Sendable {
    var identity: String
    var address: String
  }

  private struct Record: Sendable {
    var failures = 0
    var lastFailure = Duration.zero
    var waitsUntil = Duration.zero
  }

  /// How long a proof of identity speaks for a caller when its address is held back.
  static let goodStanding = Duration.seconds(3600)

  private let policy: Policy
  private var records: RecentlyUsed<Caller, Record>
  private var addresses: RecentlyUsed<String, TokenBucket>
  private var proven: RecentlyUsed<Caller, Duration>

  /// - Parameter capacity: of each of the tables, in entries.
  public init(_ policy: Policy = Policy(), capacity: Int = 16_384) {
    self.policy = policy
    records = RecentlyUsed(capacity: capacity)
    addresses = RecentlyUsed(capacity: capacity)
    proven = RecentlyUsed(capacity: capacity)
  }

  /// How many entries are held, for tests and reports.
  public var count: Int { records.count + addresses.count + proven.count }

  /// Nobody failed lately.
  public var isQuiet: Bool { records.count == 0 && addresses.count == 0 }

  /// - Parameters:
  ///   - identity: the claimed one; empty where none is claimed.
  ///   - address: the network of the caller.
  /// - Throws: ``AdmissionRefusal`` while the caller has to wait.
  public func expectNoDelay(
    of identity: String, at address: String, uptime: Duration
  ) throws(AdmissionRefusal) {
    guard !isQuiet else { return }
    let caller = Caller(identity: identity, address: address)
    if let record = records[caller], record.waitsUntil > uptime {
      throw AdmissionRefusal(.failures, retryAfter: record.waitsUntil - uptime)
    }
    if let wait = addresses[address]?.wait(perMinute: policy.perAddress, at: uptime), !isProven(caller, at: uptime) {
      throw AdmissionRefusal(.failuresOfAddress, retryAfter: wait)
    }
  }

  /// Notes wrong credentials.
  public mutating func failed(_ identity: String, at address: String, uptime: Duration) {
    let policy = policy
    records.update(Caller(identity: identity, address: address), default: Record()) { record in
      if uptime - record.lastFailure > policy.maximumDelay * 10 { record = Record() }
      record.failures += 1
      record.lastFailure = uptime
      let beyond = record.failures - policy.allowed
      guard beyond > 0 else { return }
      // Past 20 doublings every delay is at the maximum.
      let doubled = policy.delay * (1 << min(beyond - 1, 20))
      record.waitsUntil = uptime + min(doubled, policy.maximumDelay)
    }
    addresses.update(address, default: TokenBucket(perMinute: policy.perAddress, at: uptime)) { bucket in
      _ = bucket.take(1, perMinute: policy.perAddress, at: uptime)
    }
  }

  /// Notes right credentials: the caller's failures are forgiven, and it is known at this address.
  public mutating func succeeded(_ identity: String, at address: String, uptime: Duration) {
    let caller = Caller(identity: identity, address: address)
    records.remove(caller)
    proven.update(caller, default: uptime) { $0 = uptime }
  }

  /// Forgets all failures, as after a change of the expected credentials.
  public mutating func forgive() {
    records.removeAll()
    addresses.removeAll()
  }

  private func isProven(_ caller: Caller, at uptime: Duration) -> Bool {
    proven[caller].map { uptime - $0 <= Self.goodStanding } ?? false
  }
}
