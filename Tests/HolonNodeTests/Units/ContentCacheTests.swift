import Testing

@testable import HolonNode

@Suite("Content cache")
struct ContentCacheTests {
  @Test("what does not fit is not kept, and there is room again when something goes")
  func bounded() {
    var cache = ContentCache<String, String>(byteBudget: 10)
    cache.insert("first", for: "a", bytes: 6)
    cache.insert("second", for: "b", bytes: 5)
    #expect(cache["a"] == "first")
    #expect(cache["b"] == nil)
    cache.remove("a")
    cache.insert("second", for: "b", bytes: 5)
    #expect(cache["b"] == "second")
    #expect(cache.bytes == 5)
  }

  @Test("a new content takes the place of the old one, also where it does not fit")
  func replaced() {
    var cache = ContentCache<String, String>(byteBudget: 10)
    cache.insert("old", for: "a", bytes: 8)
    cache.insert("new", for: "a", bytes: 9)
    #expect(cache["a"] == "new")
    #expect(cache.bytes == 9)
    cache.insert("large", for: "a", bytes: 11)
    #expect(cache["a"] == nil)
    #expect(cache.bytes == 0)
  }
}
