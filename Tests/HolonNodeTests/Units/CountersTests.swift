import Testing

@testable import HolonNode

@Suite("Counters")
struct CountersTests {
  @Test("counts add up by name and label, and are told in order")
  func counting() {
    var counters = Counters()
    counters.add("b", label: "y")
    counters.add("b", label: "x", 2)
    counters.add("b", label: "y")
    counters.add("a")
    let told = counters.sorted.map { "\($0.name.name).\($0.name.label ?? "-")=\($0.value)" }
    #expect(told == ["a.-=1", "b.x=2", "b.y=2"])
  }
}
