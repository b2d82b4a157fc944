import DequeModule

/// Remembers the nonces of signed messages for as long as their timestamps are fresh (protocol §3, Replay).
///
/// Bounded by age and by number, and fair: when it is full, the sender that takes up most loses its oldest nonces, so
/// that none can push out those of another. What is forgotten early is still held back by its timestamp. Of a nonce a
/// hash is kept, which a sender cannot foresee.
struct ReplayGuard {
  /// A timestamp may be off by this much.
  static let freshness = 60
  /// A nonce is remembered this long, and longer by as much as its timestamp lies ahead.
  static let memory = Duration.seconds(65)

  enum Claim: Equatable {
    case new
    /// This sender used the nonce before, at this uptime.
    case seen(at: Duration)
  }

  private struct Nonce {
    var seenAt: Duration
    var expires: Duration
  }

  private struct Sender {
    var seen: [Int: Nonce] = [:]
    var order: Deque<Int> = []
    /// Of its heartbeats.
    var newestTimestamp = Int.min
  }

  private let capacity: Int
  private var senders: [String: Sender] = [:]
  private var count = 0
  /// A sender that takes up as much as any.
  private var largest = ""
  private var nextSweep = Self.memory

  /// - Parameter capacity: nonces of all senders together; about 60 bytes each.
  init(capacity: Int = 524_288) {
    self.capacity = max(1, capacity)
  }

  static func isFresh(_ timestamp: Int, at unixSeconds: Int) -> Bool {
    let (difference, overflow) = unixSeconds.subtractingReportingOverflow(timestamp)
    return !overflow && difference.magnitude <= UInt(freshness)
  }

  /// - Parameter ahead: by how much the message's timestamp lies ahead of this node's clock.
  mutating func claim(
    _ nonce: String, of sender: String, at uptime: Duration, ahead: Duration = .zero
  ) -> Claim {
    sweep(at: uptime)
    forget(of: sender, at: uptime)
    let hash = nonce.hashValue
    if let before = senders[sender]?.seen[hash] { return .seen(at: before.seenAt) }
    if count >= capacity { makeRoom(for: sender) }
    let expires = uptime + Self.memory + max(.zero, ahead)
    senders[sender, default: Sender()].seen[hash] = Nonce(seenAt: uptime, expires: expires)
    senders[sender]?.order.append(hash)
    count += 1
    if size(of: sender) > size(of: largest) { largest = sender }
    return .new
  }

  /// Notes the timestamp of a heartbeat.
  /// - Returns: whether a later one of this sender is known.
  mutating func isOutdated(_ timestamp: Int, of sender: String) -> Bool {
    guard let newest = senders[sender]?.newestTimestamp else { return false }
    senders[sender]?.newestTimestamp = max(newest, timestamp)
    return timestamp < newest
  }

  /// How many nonces are held, and of how many senders: for tests.
  var remembered: Int { count }
  var knownSenders: Int { senders.count }

  // MARK: Forgetting

  private func size(of sender: String) -> Int { senders[sender]?.order.count ?? 0 }

  /// Whoever has a fair share already pays for it itself.
  private mutating func makeRoom(for sender: String) {
    let share = capacity / max(1, senders.count)
    if size(of: sender) > share { return forgetOldest(of: sender) }
    if size(of: largest) <= share {
      largest = senders.max { $0.value.order.count < $1.value.order.count }?.key ?? sender
    }
    forgetOldest(of: largest)
  }

  /// Senders that are not heard of any more leave nothing behind.
  private mutating func sweep(at uptime: Duration) {
    guard uptime >= nextSweep else { return }
    nextSweep = uptime + Self.memory
    for sender in senders.keys.map(\.self) {
      forget(of: sender, at: uptime)
      if size(of: sender) == 0 { senders[sender] = nil }
    }
  }

  /// In the order in which they were claimed: one from ahead keeps those behind it a little longer.
  private mutating func forget(of sender: String, at uptime: Duration) {
    while let oldest = senders[sender]?.order.first, let nonce = senders[sender]?.seen[oldest],
      nonce.expires < uptime
    {
      forgetOldest(of: sender)
    }
  }

  private mutating func forgetOldest(of sender: String) {
    guard let oldest = senders[sender]?.order.popFirst() else { return }
    senders[sender]?.seen[oldest] = nil
    count -= 1
  }
}
