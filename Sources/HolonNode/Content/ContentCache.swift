/// Keeps contents that are also in the journal, so that the common way of a task reads nothing back.
///
/// Bounded by bytes: what does not fit is not kept, and is read from the journal when it is wanted.
struct ContentCache<Key: Hashable & Sendable, Content: Sendable> {
  private let byteBudget: Int
  private var entries: [Key: (content: Content, bytes: Int)] = [:]
  private(set) var bytes = 0

  init(byteBudget: Int) {
    self.byteBudget = byteBudget
  }

  subscript(key: Key) -> Content? {
    entries[key]?.content
  }

  mutating func insert(_ content: Content, for key: Key, bytes size: Int) {
    remove(key)
    guard bytes + size <= byteBudget else { return }
    entries[key] = (content, size)
    bytes += size
  }

  mutating func remove(_ key: Key) {
    guard let entry = entries.removeValue(forKey: key) else { return }
    bytes -= entry.bytes
  }
}
