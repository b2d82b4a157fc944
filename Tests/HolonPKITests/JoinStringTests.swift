import HolonPKI
import RXON
import Testing

@Suite("Join strings")
struct JoinStringTests {
  private let sample: JoinString

  init() throws {
    sample = JoinString(
      url: try Endpoint("https://region.example.org:8701"), id: "edge-7", authority: Array(0..<32),
      token: String(repeating: "ab", count: 32), expires: 2_000_000_000)
  }

  @Test("one is a single line of characters that survive shells, chats and URLs")
  func characters() {
    let text = sample.exposedText
    #expect(text.hasPrefix("holon-join:1:"))
    #expect(text.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "-_:".contains($0)) })
    #expect(text.utf8.count < 400)
  }

  @Test("it is read as it was written, also when a terminal has wrapped it")
  func roundTrip() throws {
    #expect(try JoinString(sample.exposedText) == sample)
    var wrapped = sample.exposedText
    wrapped.insert("\n", at: wrapped.index(wrapped.startIndex, offsetBy: 80))
    #expect(try JoinString("  \(wrapped)\n") == sample)
  }

  @Test("whatever single character is lost or changed, it is noticed")
  func damage() {
    let text = sample.exposedText
    for index in text.indices {
      var shorter = text
      shorter.remove(at: index)
      #expect(throws: PKIFailure.self) { _ = try JoinString(shorter) }
      var changed = text
      changed.replaceSubrange(index...index, with: text[index] == "x" ? "y" : "x")
      #expect(throws: PKIFailure.self) { _ = try JoinString(changed) }
    }
    for length in 0..<text.count {
      #expect(throws: PKIFailure.self) { _ = try JoinString(String(text.prefix(length))) }
    }
  }

  @Test("what is wrong with one is said")
  func faults() throws {
    expectFailure(.malformed, "does not begin with holon-join:") { _ = try JoinString("hello") }
    expectFailure(.malformed, "it is damaged") { _ = try JoinString("holon-join:1:!!!!") }
    expectFailure(.malformed, "update it") { _ = try JoinString("holon-join:2:abcd") }
    expectFailure(.malformed, "too long") { _ = try JoinString("holon-join:1:" + String(repeating: "a", count: 5000)) }
    expectFailure(.refused, "has expired") { try sample.expectUnexpired(at: 2_000_000_000) }
    #expect(throws: Never.self) { try sample.expectUnexpired(at: 1_999_999_999) }
    var plain = sample
    plain.url = try Endpoint("http://region.example.org:8701")
    expectFailure(.malformed, "https://") { _ = try JoinString(plain.exposedText) }
  }

  @Test("its description does not hold the token")
  func redaction() {
    var dumped = ""
    dump(sample, to: &dumped)
    for text in ["\(sample)", String(reflecting: sample), dumped] { #expect(!text.contains(sample.token)) }
  }
}
