import HeapModule

/// Items of one kind for one uplink, in the order in which they go out. Keys of removed items stay in the heaps until
/// they surface; the store tells them apart.
struct OutboxQueue: Sendable {
  struct ReadyKey: Comparable, Sendable {
    var priority: Double
    var storedAt: Int
    var sequence: UInt64
    var slot: Int

    static func < (left: Self, right: Self) -> Bool {
      if left.priority != right.priority { return left.priority > right.priority }
      if left.storedAt != right.storedAt { return left.storedAt < right.storedAt }
      return left.sequence < right.sequence
    }
  }

  struct WaitingKey: Comparable, Sendable {
    var notBefore: Duration
    var sequence: UInt64
    var slot: Int

    static func < (left: Self, right: Self) -> Bool {
      left.notBefore != right.notBefore ? left.notBefore < right.notBefore : left.sequence < right.sequence
    }
  }

  private var ready = Heap<ReadyKey>()
  private var waiting = Heap<WaitingKey>()
  var pacing: CallPacing
  var inFlight = 0
  var count = 0
  var bytes = 0

  init(pacing: CallPacing.Policy) {
    self.pacing = CallPacing(pacing)
  }

  mutating func makeReady(_ entry: OutboxEntry, slot: Int) {
    let priority = entry.item.priority.isNaN ? 0 : entry.item.priority
    ready.insert(
      ReadyKey(priority: priority, storedAt: entry.item.storedAt, sequence: entry.sequence, slot: slot))
  }

  mutating func makeWait(_ entry: OutboxEntry, slot: Int, until notBefore: Duration) {
    waiting.insert(WaitingKey(notBefore: notBefore, sequence: entry.sequence, slot: slot))
  }

  var hasReady: Bool { !ready.isEmpty }

  /// As uptime.
  var nextWaitEnd: Duration? { waiting.min?.notBefore }

  /// The first in order; its item may have left.
  mutating func popReady() -> ReadyKey? {
    ready.popMin()
  }

  mutating func takeWaits() -> [WaitingKey] {
    defer { waiting = [] }
    return waiting.unordered
  }

  mutating func putBack(_ wait: WaitingKey) {
    waiting.insert(wait)
  }

  /// Takes every wait out that ends by `now`.
  mutating func endWaits(by now: Duration) -> [WaitingKey] {
    var ended: [WaitingKey] = []
    while let next = waiting.min, next.notBefore <= now {
      ended.append(waiting.removeMin())
    }
    return ended
  }

  /// Drops keys of removed items when they are the majority, so that the heaps stay in proportion to what is there.
  mutating func compact(_ isCurrent: (_ slot: Int, _ sequence: UInt64) -> Bool) {
    guard ready.count + waiting.count > 2 * count + 64 else { return }
    ready = Heap(ready.unordered.filter { isCurrent($0.slot, $0.sequence) })
    waiting = Heap(waiting.unordered.filter { isCurrent($0.slot, $0.sequence) })
  }
}
