import DequeModule

/// A bounded memory of the keys seen last, each with a value. The oldest are forgotten first.
struct RecentKeys<Key: Hashable & Sendable, Value: Sendable>: Sendable {
  private struct Entry {
    var value: Value
    /// Tells an entry's mention in `order` from older mentions of the same key.
    var stamp: UInt64
  }

  let capacity: Int
  private var entries: [Key: Entry] = [:]
  private var order: Deque<(key: Key, stamp: UInt64)> = []
  private var nextStamp: UInt64 = 0

  init(capacity: Int) {
    self.capacity = max(1, capacity)
  }

  var count: Int { entries.count }

  subscript(key: Key) -> Value? { entries[key]?.value }

  /// Remembers the key as the most recent.
  mutating func insert(_ key: Key, _ value: Value) {
    entries[key] = Entry(value: value, stamp: nextStamp)
    order.append((key, nextStamp))
    nextStamp &+= 1
    while order.count > capacity, let oldest = order.popFirst() {
      if entries[oldest.key]?.stamp == oldest.stamp { entries[oldest.key] = nil }
    }
  }

  @discardableResult
  mutating func remove(_ key: Key) -> Value? {
    entries.removeValue(forKey: key)?.value
  }
}
