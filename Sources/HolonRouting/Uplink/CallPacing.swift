/// How many calls of one kind (polls, results, events) may go to one parent now, learnt from its 429s.
///
/// A parent that never answers 429 is never slowed down. One that does is treated by what its limit was found to be:
///
/// - Every 429 silences the kind for the time the parent asks for. A 429 that names no time is answered by a silence of
///   over a minute, because the reference orchestrator counts calls in a window of 60 s that *every* call renews,
///   refused ones too: only a full silence resets it.
/// - Where the parent named a time, starts are spread out too: the rate falls by a quarter of what the last minute saw
///   and rises again bit by bit. When the first calls that were spread out meet a 429 after no more of them than before,
///   the parent counts calls and not calls per time. Spreading out gains nothing then, and is not tried again.
/// - Where starts are not spread out, calls go one by one near the number that the parent took last time.
/// - The window of concurrent calls shrinks at a 429, doubles at each call that was worth its cost and halves at each
///   that was not (a poll without a task), so that idle polls do not use up what tasks will need.
public struct CallPacing: Sendable {
  public struct Policy: Sendable, Hashable {
    /// Concurrent calls at most.
    public var largestWindow: Int
    /// The silence after a 429 that names no time: longer than the minute in which the reference counts.
    public var silence: Duration
    /// Added to the time that a parent names.
    public var margin: Duration
    /// The longest time that is believed.
    public var longestSilence: Duration
    /// Calls a minute that spreading out does not go below.
    public var slowestRate: Double

    public init(
      largestWindow: Int = .max, silence: Duration = .milliseconds(61_500), margin: Duration = .milliseconds(1_500),
      longestSilence: Duration = .seconds(600), slowestRate: Double = 6
    ) {
      self.largestWindow = max(1, largestWindow)
      self.silence = silence
      self.margin = margin
      self.longestSilence = longestSilence
      self.slowestRate = max(1, slowestRate)
    }

    /// How long to be silent after a 429.
    /// - Parameter retryAfter: the time that the parent named, if any.
    public func silence(after retryAfter: Duration?) -> Duration {
      min(longestSilence, retryAfter.map { max(.zero, $0) + margin } ?? silence)
    }
  }

  public let policy: Policy
  /// Concurrent calls that are allowed now.
  public private(set) var window: Int
  /// Below this the window does not shrink for calls that were not worth their cost.
  private var idleWindow: Int
  /// Nil until the first 429; moved on by every quiet stretch since.
  private var lastLimit: Duration?
  private var silentUntil: Duration?
  /// Starts a minute; nil when starts are not spread out.
  private var rate: Double?
  private var nextStart: Duration = .zero
  private var lastRise: Duration = .zero
  private var startsSinceLimit = 0
  /// Calls that the parent took before its last 429.
  private var lastGrant: Int?
  private var spreadingPays = true
  /// Starts were not spread out before the last 429.
  private var isFirstSpread = false
  private var recent = StartsPerMinute()

  public init(_ policy: Policy = Policy()) {
    self.policy = policy
    window = policy.largestWindow
    idleWindow = policy.largestWindow
  }

  /// How many more calls may start at uptime `now`.
  /// - Parameters:
  ///   - demand: calls that are wanted in total, those in flight included.
  ///   - inFlight: calls that were started and have not ended.
  public mutating func allowance(demand: Int, inFlight: Int, at now: Duration) -> Int {
    let wanted = min(demand, window) - inFlight
    guard wanted > 0 else { return 0 }
    guard lastLimit != nil else { return wanted }
    recover(at: now)
    if let silentUntil, now < silentUntil { return 0 }
    guard let rate else { return min(wanted, probeSize) }
    guard now >= nextStart else { return 0 }
    let interval = Duration.seconds(60) / rate
    // What was not used is not saved up, except for what one look at the clock may have missed.
    let missed = min((now - nextStart) / interval, 0.25 * rate / 60)
    return min(wanted, 1 + Int(missed))
  }

  /// When to ask again, as uptime. Nil when time alone changes nothing: a call has to end, or nothing holds calls back.
  public func nextChance(at now: Duration) -> Duration? {
    guard lastLimit != nil else { return nil }
    var next = silentUntil ?? .zero
    if rate != nil { next = max(next, nextStart) }
    return next > now ? next : nil
  }

  /// `count` calls were started.
  public mutating func started(_ count: Int = 1, at now: Duration) {
    guard count > 0 else { return }
    recent.add(count, at: now)
    startsSinceLimit += count
    if let rate { nextStart = max(nextStart, now - .milliseconds(250)) + Duration.seconds(60) / rate * count }
  }

  /// A call was answered.
  /// - Parameter worthwhile: whether it was worth its cost: a poll that brought a task, a result that was taken.
  public mutating func answered(worthwhile: Bool, at now: Duration) {
    guard lastLimit != nil else { return }
    let (doubled, overflow) = window.multipliedReportingOverflow(by: 2)
    if worthwhile {
      window = overflow ? policy.largestWindow : min(policy.largestWindow, doubled)
    } else {
      window = min(window, max(idleWindow, window / 2))
    }
    recover(at: now)
  }

  /// A call was answered with 429.
  /// - Parameter inFlight: calls still in flight, this one included.
  public mutating func limited(retryAfter: Duration?, inFlight: Int, at now: Duration) {
    // Calls that were in flight together are refused together: one lesson, not several.
    let isSameLesson = silentUntil.map { now < $0 } ?? false
    if isSameLesson, let lastGrant { self.lastGrant = lastGrant - 1 }
    silentUntil = max(silentUntil ?? .zero, now + policy.silence(after: retryAfter))
    guard !isSameLesson else { return }
    let busy = max(1, min(window, inFlight))
    window = max(1, busy / 2)
    idleWindow = max(1, min(idleWindow, busy) / 4)
    learnRate(named: retryAfter != nil, at: now)
    lastLimit = now
    lastRise = now
  }

  /// How many calls may be put at stake: near what the parent took last time one by one, a little beyond it freely again.
  private var probeSize: Int {
    guard let lastGrant else { return .max }
    let left = lastGrant - startsSinceLimit
    if left > 0 { return left }
    return left > -4 ? 1 : .max
  }

  private mutating func learnRate(named: Bool, at now: Duration) {
    let grant = startsSinceLimit - 1
    if rate != nil, isFirstSpread, let lastGrant, grant <= lastGrant + lastGrant / 4 { spreadingPays = false }
    isFirstSpread = rate == nil
    lastGrant = grant
    startsSinceLimit = 0
    guard named, spreadingPays else {
      rate = nil
      return
    }
    rate = max(policy.slowestRate, 0.75 * Double(recent.count(at: now)))
    nextStart = silentUntil ?? now
  }

  /// Every ten minutes without a 429 allow one more idle call; every ten seconds a little more rate.
  private mutating func recover(at now: Duration) {
    if let rate, now - max(lastRise, silentUntil ?? .zero) >= .seconds(10) {
      self.rate = rate + max(1, rate / 20)
      lastRise = now
    }
    guard let limitedAt = lastLimit, now - limitedAt >= .seconds(600) else { return }
    lastLimit = now
    if idleWindow < policy.largestWindow { idleWindow += 1 }
    if let rate, Double(recent.count(at: now)) < rate / 2 { self.rate = nil }
  }
}

/// Calls that were started within the last minute, by the second.
private struct StartsPerMinute: Sendable {
  private var counts = [Int](repeating: 0, count: 60)
  private var second: Int64 = 0
  private var total = 0

  mutating func add(_ count: Int, at now: Duration) {
    advance(to: now)
    counts[Int(second % 60)] += count
    total += count
  }

  mutating func count(at now: Duration) -> Int {
    advance(to: now)
    return total
  }

  private mutating func advance(to now: Duration) {
    let target = max(second, now.components.seconds)
    for passed in 0..<min(60, target - second) {
      let index = Int((second + 1 + passed) % 60)
      total -= counts[index]
      counts[index] = 0
    }
    second = target
  }
}
