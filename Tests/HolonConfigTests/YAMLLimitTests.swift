import HolonConfig
import Testing

@Suite("Limits of a configuration file")
struct YAMLLimitTests {
  @Test("aliases are refused, so that they cannot multiply")
  func aliases() throws {
    var bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n"
    for level in 1...30 {
      let references = Array(repeating: "*a\(level - 1)", count: 10).joined(separator: ", ")
      bomb += "a\(level): &a\(level) [\(references)]\n"
    }
    #expect(try faults(of: bomb).first?.hasPrefix("1: anchors (&name) are not part") == true)
  }

  @Test("deep nesting is refused", arguments: [20, 900, 100_000])
  func nesting(depth: Int) throws {
    let told = try faults(of: "id: " + String(repeating: "[", count: depth) + String(repeating: "]", count: depth))
    #expect(told.count == 1)
  }

  @Test("a file of more than 1 MiB is refused")
  func size() throws {
    let told = try faults(of: minimal + String(repeating: "# padding\n", count: 110_000))
    #expect(told.first?.contains("longer than the 1MiB that are allowed") == true)
  }

  @Test(
    "broken YAML is told with its line",
    arguments: ["a: [1, 2", "a: \"x", "\ta: b", "a: b: c", "- *", "--- a\n--- b"])
  func broken(_ text: String) throws {
    let told = try faults(of: text)
    #expect(told.count == 1)
    #expect(told.first?.contains("not valid YAML") == true, "\(told)")
  }
}
