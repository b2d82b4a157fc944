import DequeModule

/// Remembers the nonces of signed messages for as long as their timestamps are fresh (protocol §3, Replay).
///
/// Bounded twice: by age, and by number. When full, the oldest is forgotten early; the timestamp check still holds.
struct ReplayGuard {
  /// A timestamp may be off by this much.
  static let freshness = 60
  /// A nonce is remembered this long.
  static let memory = Duration.seconds(65)

  private let capacity: Int
  private var seen: Set<String> = []
  private var order: Deque<(nonce: String, at: Duration)> = []

  init(capacity: Int = 262_144) {
    self.capacity = capacity
  }

  static func isFresh(_ timestamp: Int, at unixSeconds: Int) -> Bool {
    let (difference, overflow) = unixSeconds.subtractingReportingOverflow(timestamp)
    return !overflow && difference.magnitude <= UInt(freshness)
  }

  /// - Returns: false when this nonce was seen from this sender within the memory.
  mutating func claim(_ nonce: String, of sender: String, at uptime: Duration) -> Bool {
    forget(before: uptime - Self.memory)
    let key = "\(sender)\u{0}\(nonce)"
    guard seen.insert(key).inserted else { return false }
    order.append((key, uptime))
    if order.count > capacity { forgetOldest() }
    return true
  }

  private mutating func forget(before limit: Duration) {
    while let first = order.first, first.at < limit { forgetOldest() }
  }

  private mutating func forgetOldest() {
    seen.remove(order.removeFirst().nonce)
  }
}
