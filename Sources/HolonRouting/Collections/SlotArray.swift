/// Elements under small stable numbers, which are used again after a removal.
struct SlotArray<Element: Sendable>: Sendable {
  private var elements: [Element?] = []
  private var free: [Int] = []

  var count: Int { elements.count - free.count }

  /// All elements, by rising slot.
  var slots: [Int] { elements.indices.filter { elements[$0] != nil } }

  mutating func insert(_ element: Element) -> Int {
    if let slot = free.popLast() {
      elements[slot] = element
      return slot
    }
    elements.append(element)
    return elements.count - 1
  }

  @discardableResult
  mutating func remove(_ slot: Int) -> Element? {
    guard elements.indices.contains(slot), let element = elements[slot] else { return nil }
    elements[slot] = nil
    free.append(slot)
    return element
  }

  /// Nil for a slot that is not in use; setting an element there does nothing.
  subscript(slot: Int) -> Element? {
    _read {
      if elements.indices.contains(slot) {
        yield elements[slot]
      } else {
        yield nil
      }
    }
    _modify {
      if elements.indices.contains(slot) {
        yield &elements[slot]
      } else {
        var none: Element?
        yield &none
      }
    }
  }
}
