import RXON
import Testing

@Suite("JSON: canonical form")
struct CanonicalJSONTests {
  private func canonical(_ text: String, omitting names: [String] = []) throws -> String {
    String(decoding: try CanonicalJSON.encode(bytes: Array(text.utf8), omittingTopLevel: names), as: UTF8.self)
  }

  @Test(
    "numbers take their shortest form",
    arguments: [
      ("1.50", "1.5"), ("10.0", "10"), ("-0.0", "0"), ("0.00", "0"), ("-10.0", "-10"), ("100.010", "100.01"),
      ("0.0001", "0.0001"), ("0.00001", "0.00001"), ("0.000001", "1e-6"), ("0.0000012", "1.2e-6"),
      ("-0.00100", "-0.001"),
      ("1.5e1", "15"), ("15e-1", "1.5"), ("1.0e0", "1"), ("9007199254740993.0", "9007199254740992"),
      ("123456789012345678", "123456789012345678"), ("1234567890123456789", "1234567890123456789"),
      ("0.1234567890123456789", "0.12345678901234568"), ("1e-400", "0"), ("-1e-400", "0"),
    ])
  func numbers(text: String, expected: String) throws {
    #expect(try canonical(text) == expected)
  }

  @Test("integral numbers outside 64 bits have no form", arguments: ["1e20", "-1e19", "18446744073709551616"])
  func outOfRange(text: String) {
    #expect(throws: JSONError(.integerOutOfRange, at: 0)) { try canonical(text) }
  }

  @Test("names are sorted by the bytes they stand for, escaped or not")
  func names() throws {
    #expect(try canonical(#"{"b":1,"\u0001":2,"!":3,"a":4}"#) == #"{"\u0001":2,"!":3,"a":4,"b":1}"#)
    #expect(
      try canonical(#"{"aaaaaaaaab":1,"aaaaaaaaa":2,"aaaaaaaa":3,"a\u0000":4,"a":5}"#)
        == #"{"a":5,"a\u0000":4,"aaaaaaaa":3,"aaaaaaaaa":2,"aaaaaaaaab":1}"#)
  }

  @Test("of duplicates the later wins, also when it is null")
  func duplicates() throws {
    #expect(try canonical(#"{"a":1,"b":2,"a":null}"#) == #"{"b":2}"#)
    #expect(try canonical(#"{"a":null,"\u0061":3}"#) == #"{"a":3}"#)
    #expect(try canonical(#"{"x":{"a":1e30,"b":0.50,"a":1}}"#) == #"{"x":{"a":1,"b":0.5}}"#)
  }

  @Test("objects with more members than are sorted in place are in order, too")
  func manyMembers() throws {
    var random = SeededGenerator(seed: 7)
    let names = (0..<100).map { "name-\(1000 + $0)" }
    let members = names.shuffled(using: &random).map { "\"\($0)\":1" }.joined(separator: ",")
    #expect(try canonical("{\(members)}") == "{\(names.map { "\"\($0)\":1" }.joined(separator: ","))}")
  }

  @Test("members are left out at the top only")
  func omission() throws {
    #expect(try canonical(#"{"security":1,"x":{"security":2}}"#, omitting: ["security"]) == #"{"x":{"security":2}}"#)
  }

  @Test("a value deeper than 30 has no form, but for a null member, which is dropped")
  func depth() throws {
    let opening = String(repeating: #"{"a":"#, count: 31)
    let closing = String(repeating: "}", count: 31)
    #expect(throws: JSONError.self) { try canonical(opening + "1" + closing) }
    #expect(throws: Never.self) { try canonical(opening + "null" + closing) }
  }
}
