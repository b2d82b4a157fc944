import Testing

@testable import HolonRouting

@Suite("Recently used")
struct RecentlyUsedTests {
  @Test("holds what a plain list of the last keys would hold", arguments: 0..<20 as Range<UInt64>)
  func likeAList(seed: UInt64) {
    var dice = SeededGenerator(seed: seed)
    let capacity = Int.random(in: 1...8, using: &dice)
    var map = RecentlyUsed<Int, Int>(capacity: capacity)
    var list: [(key: Int, value: Int)] = []
    for _ in 0..<1000 {
      let key = Int.random(in: 0..<12, using: &dice)
      let old = list.firstIndex { $0.key == key }.map { list.remove(at: $0).value }
      if Int.random(in: 0..<5, using: &dice) == 0 {
        map.remove(key)
      } else {
        let value = map.update(key, default: 0) { value in
          value += 1
          return value
        }
        #expect(value == (old ?? 0) + 1)
        list.append((key, value))
        if list.count > capacity { list.removeFirst() }
      }
      #expect(map.count == list.count)
      #expect((0..<12).allSatisfy { key in map[key] == list.first { $0.key == key }?.value })
    }
  }
}
