import HolonConfig
import Testing

@Suite("Uplinks of mode transparent")
struct TransparentUplinkTests {
  private func uplinks(_ yaml: String) -> String { minimal + "uplinks:\n" + yaml }

  @Test("a child has its own token at the parent, else the uplink's")
  func tokens() throws {
    let yaml = uplinks(
      "  - { url: \"http://a:1\", mode: transparent, token: all, child_prefix: site-, child_tokens: { w-1: one } }")
    let uplink = try load(yaml).configuration.uplinks[0]
    #expect(uplink.mode == .transparent)
    #expect(uplink.childPrefix == "site-")
    #expect(uplink.token(of: "w-1") == Secret("one"))
    #expect(uplink.token(of: "w-2") == Secret("all"))
    var dumped = ""
    dump(uplink, to: &dumped)
    #expect(!dumped.contains("one"))
  }

  @Test("without further words there is no prefix, and the mode is aggregate")
  func defaults() throws {
    let uplink = try load(uplinks("  - { url: \"http://a:1\" }")).configuration.uplinks[0]
    #expect(uplink.mode == .aggregate)
    #expect(uplink.childPrefix.isEmpty && uplink.childTokens.isEmpty)
  }

  @Test(
    "what cannot be meant is told",
    arguments: [
      ("  - { url: \"http://a:1\", child_prefix: x }", "uplinks[0].child_prefix means nothing without"),
      ("  - { url: \"http://a:1\", child_tokens: { w: x } }", "uplinks[0].child_tokens means nothing without"),
      (
        "  - { url: \"http://a:1\", mode: transparent, child_prefix: \"a b\" }",
        "uplinks[0].child_prefix: 'a b' cannot begin"
      ),
      (
        "  - { url: \"http://a:1\", mode: transparent, child_prefix: \(String(repeating: "x", count: 65)) }",
        "cannot begin an identifier"
      ),
      (
        "  - { url: \"http://a:1\", mode: transparent, child_tokens: { \"a b\": x } }",
        "uplinks[0].child_tokens: 'a b' is not a valid identifier"
      ),
      (
        "  - { name: one, url: \"http://a:1\", mode: transparent }\n"
          + "  - { name: two, url: \"http://a:1\", mode: transparent }",
        "two uplinks would make each child the same worker"
      ),
    ])
  func faultsTold(_ yaml: String, _ expected: String) throws {
    let told = try faults(of: uplinks(yaml))
    #expect(told.contains { $0.contains(expected) }, "\(told)")
  }

  @Test("several uplinks may have different modes")
  func mixed() throws {
    let yaml = uplinks("  - { url: \"http://a:1\", mode: transparent }\n  - { url: \"http://b:1\" }")
    #expect(try load(yaml).configuration.uplinks.map(\.mode) == [.transparent, .aggregate])
  }
}
