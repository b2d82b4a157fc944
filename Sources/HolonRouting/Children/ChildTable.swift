/// The registered children, by slot and by id, and who has a command channel open.
struct ChildTable: Sendable {
  private var children = SlotArray<Child>()
  private var slotsByID: [String: Int] = [:]
  /// Also of children that have not registered yet: after a restart a channel may come first.
  private var openChannels: Set<String> = []
  private var nextOrder: UInt64 = 0

  var count: Int { children.count }
  /// In the order in which they registered.
  var slots: [Int] {
    children.slots.sorted { (children[$0]?.order ?? 0) < (children[$1]?.order ?? 0) }
  }

  subscript(slot: Int) -> Child? {
    _read { yield children[slot] }
    _modify { yield &children[slot] }
  }

  func slot(of id: String) -> Int? { slotsByID[id] }

  mutating func makeOrder() -> UInt64 {
    defer { nextOrder &+= 1 }
    return nextOrder
  }

  mutating func insert(_ child: Child) -> Int {
    let slot = children.insert(child)
    slotsByID[child.id] = slot
    return slot
  }

  mutating func remove(_ slot: Int) -> Child? {
    guard let child = children.remove(slot) else { return nil }
    slotsByID[child.id] = nil
    return child
  }

  func hasChannel(_ id: String) -> Bool { openChannels.contains(id) }

  mutating func setChannel(_ id: String, isOpen: Bool) {
    if isOpen {
      openChannels.insert(id)
    } else {
      openChannels.remove(id)
    }
  }
}
