import Testing

@testable import HolonRouting

@Suite("Router: collections")
struct RouterCollectionTests {
  @Test(
    "An indexed heap agrees with sorting, whatever is added, moved and removed", arguments: 1...8 as ClosedRange<UInt64>
  )
  func heap(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    var heap = IndexedHeap<Int, Int>()
    var expected: [Int: Int] = [:]
    for _ in 0..<2_000 {
      let key = Int.random(in: 0..<60, using: &random)
      if Int.random(in: 0..<3, using: &random) == 0 {
        #expect(heap.remove(key) == (expected.removeValue(forKey: key) != nil))
      } else {
        let rank = Int.random(in: 0..<40, using: &random)
        #expect(heap.set(key, rank: rank) == (expected.updateValue(rank, forKey: key) == nil))
      }
      #expect(heap.count == expected.count)
      #expect(heap.first?.rank == expected.values.min())
    }
    var drained: [Int] = []
    while let first = heap.popFirst() {
      #expect(expected[first.key] == first.rank)
      drained.append(first.rank)
    }
    #expect(drained == expected.values.sorted())
  }

  @Test("Recent keys forget the oldest first, and never hold more than their capacity")
  func recentKeys() {
    var memory = RecentKeys<Int, String>(capacity: 3)
    for key in 1...3 { memory.insert(key, "\(key)") }
    memory.insert(1, "again")
    memory.insert(4, "4")
    #expect(memory[1] == "again")
    #expect(memory[2] == nil)
    #expect(memory[4] == "4")
    #expect(memory.remove(4) == "4")
    for key in 5...50 { memory.insert(key, "\(key)") }
    #expect(memory.count == 3)
    #expect(memory[50] == "50")
  }

  @Test("Slots are used again, and empty ones are harmless")
  func slots() {
    var array = SlotArray<String>()
    let first = array.insert("a")
    let second = array.insert("b")
    array.remove(first)
    #expect(array.remove(first) == nil)
    array[first]? += "!"
    array[99]? += "!"
    #expect(array[first] == nil)
    #expect(array.insert("c") == first)
    #expect(array.count == 2)
    #expect(array[second] == "b")
  }
}
