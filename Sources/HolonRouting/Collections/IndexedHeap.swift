/// A priority queue whose entries can be found, moved and removed by key: lowest rank first.
///
/// Every change is O(log n). Entries of equal rank come in no defined order.
struct IndexedHeap<Key: Hashable & Sendable, Rank: Comparable & Sendable>: Sendable {
  struct Entry: Sendable {
    let key: Key
    var rank: Rank
  }

  private var entries: [Entry] = []
  private var places: [Key: Int] = [:]

  var count: Int { entries.count }
  var isEmpty: Bool { entries.isEmpty }
  var first: Entry? { entries.first }
  var keys: [Key] { entries.map(\.key) }

  func contains(_ key: Key) -> Bool {
    places[key] != nil
  }

  /// Adds the key, or moves it to its new rank.
  /// - Returns: whether it was added.
  @discardableResult
  mutating func set(_ key: Key, rank: Rank) -> Bool {
    guard let place = places[key] else {
      entries.append(Entry(key: key, rank: rank))
      places[key] = entries.count - 1
      siftUp(entries.count - 1)
      return true
    }
    let old = entries[place].rank
    entries[place].rank = rank
    if rank < old {
      siftUp(place)
    } else if old < rank {
      siftDown(place)
    }
    return false
  }

  @discardableResult
  mutating func remove(_ key: Key) -> Bool {
    guard let place = places.removeValue(forKey: key) else { return false }
    let last = entries.removeLast()
    guard place < entries.count else { return true }
    entries[place] = last
    places[last.key] = place
    siftUp(place)
    siftDown(place)
    return true
  }

  @discardableResult
  mutating func popFirst() -> Entry? {
    guard let first = entries.first else { return nil }
    remove(first.key)
    return first
  }

  private mutating func siftUp(_ start: Int) {
    let moving = entries[start]
    var place = start
    while place > 0 {
      let parent = (place - 1) / 2
      guard moving.rank < entries[parent].rank else { break }
      put(entries[parent], at: place)
      place = parent
    }
    if place != start { put(moving, at: place) }
  }

  private mutating func siftDown(_ start: Int) {
    let moving = entries[start]
    var place = start
    while true {
      var child = 2 * place + 1
      guard child < entries.count else { break }
      if child + 1 < entries.count, entries[child + 1].rank < entries[child].rank { child += 1 }
      guard entries[child].rank < moving.rank else { break }
      put(entries[child], at: place)
      place = child
    }
    if place != start { put(moving, at: place) }
  }

  private mutating func put(_ entry: Entry, at place: Int) {
    entries[place] = entry
    places[entry.key] = place
  }
}
