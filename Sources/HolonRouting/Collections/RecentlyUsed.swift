/// A bounded map. When it is full, what was not touched for the longest gives way.
struct RecentlyUsed<Key: Hashable & Sendable, Value: Sendable>: Sendable {
  private struct Link {
    let key: Key
    var value: Value
    var newer: Int?
    var older: Int?
  }

  let capacity: Int
  private var links = SlotArray<Link>()
  private var slots: [Key: Int] = [:]
  private var newest: Int?
  private var oldest: Int?

  init(capacity: Int) {
    self.capacity = max(1, capacity)
  }

  var count: Int { slots.count }

  /// Looks without touching.
  subscript(key: Key) -> Value? {
    slots[key].flatMap { links[$0]?.value }
  }

  /// Touches the key, changes its value in place, and returns what `body` does.
  mutating func update<Result>(
    _ key: Key, default value: @autoclosure () -> Value, _ body: (inout Value) -> Result
  ) -> Result {
    // Taken out meanwhile, so that the change copies nothing.
    guard let slot = slots[key], var link = links[slot].take() else {
      var fresh = value()
      let result = body(&fresh)
      insert(key, fresh)
      return result
    }
    let result = body(&link.value)
    links[slot] = link
    touch(slot)
    return result
  }

  mutating func remove(_ key: Key) {
    guard let slot = slots.removeValue(forKey: key) else { return }
    unlink(slot)
    links.remove(slot)
  }

  mutating func removeAll() {
    self = RecentlyUsed(capacity: capacity)
  }

  // MARK: Order

  private mutating func insert(_ key: Key, _ value: Value) {
    if slots.count >= capacity, let oldest, let leaving = links[oldest]?.key { remove(leaving) }
    let slot = links.insert(Link(key: key, value: value))
    slots[key] = slot
    linkAsNewest(slot)
  }

  private mutating func touch(_ slot: Int) {
    guard newest != slot else { return }
    unlink(slot)
    linkAsNewest(slot)
  }

  private mutating func linkAsNewest(_ slot: Int) {
    links[slot]?.older = newest
    links[slot]?.newer = nil
    if let newest { links[newest]?.newer = slot }
    newest = slot
    if oldest == nil { oldest = slot }
  }

  private mutating func unlink(_ slot: Int) {
    guard let link = links[slot] else { return }
    if let newer = link.newer { links[newer]?.older = link.older } else { newest = link.older }
    if let older = link.older { links[older]?.newer = link.newer } else { oldest = link.newer }
  }
}
