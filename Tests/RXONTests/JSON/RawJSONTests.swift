import RXON
import Testing

@Suite("JSON: raw values")
struct RawJSONTests {
  @Test("white space around a document is not part of it")
  func trimming() throws {
    #expect(try RawJSON(validating: " \n{ }\t").bytes == Array("{ }".utf8))
  }

  @Test(
    "what is no JSON is refused where it goes wrong",
    arguments: [
      ("", 0, JSONError.Problem.unexpectedEnd), ("nul", 3, .unexpectedEnd), ("{\"a\" 1}", 5, .unexpectedByte(0x31)),
      ("[1,]", 3, .unexpectedByte(0x5d)), ("{\"a\":1,}", 7, .unexpectedByte(0x7d)), ("1 2", 2, .trailingContent),
      ("-", 1, .unexpectedEnd), ("00", 1, .invalidNumber), ("1.e1", 2, .invalidNumber),
      ("\"\\q\"", 2, .invalidEscape), ("\"\\ud800x\"", 3, .loneSurrogate), ("\"a\u{1}\"", 2, .controlCharacterInString),
      ("\"12345678\n\"", 9, .controlCharacterInString), ("1e999", 0, .numberOutOfRange),
    ])
  func refusals(text: String, offset: Int, problem: JSONError.Problem) {
    #expect(throws: JSONError(problem, at: offset)) { try RawJSON(validating: text) }
  }

  @Test(
    "malformed UTF-8 is refused",
    arguments: [
      [0x80], [0xc0, 0x80], [0xe0, 0x80, 0x80], [0xed, 0xa0, 0x80], [0xf4, 0x90, 0x80, 0x80], [0xe2, 0x82],
    ]
      as [[UInt8]])
  func utf8(sequence: [UInt8]) {
    #expect(throws: JSONError(.invalidUTF8, at: 1)) { try RawJSON(validating: [0x22] + sequence + [0x22]) }
  }

  @Test("ten thousand levels are a clean error", arguments: ["[", "{\"a\":"])
  func bomb(opening: String) {
    let bytes = Array(String(repeating: opening, count: 10_000).utf8)
    #expect {
      try RawJSON(validating: bytes)
    } throws: { error in
      (error as? JSONError)?.problem == .tooDeep(limit: 128)
    }
    let limits = JSONLimits(maximumDepth: 1_000_000)
    #expect {
      try RawJSON(validating: bytes, limits: limits)
    } throws: { error in
      (error as? JSONError)?.problem == .tooDeep(limit: JSONLimits.greatestDepth)
    }
    #expect(throws: ModelError.self) { try TaskPayload(bytes: bytes) }
  }

  @Test("a document over the limit is refused before it is read")
  func size() {
    let limits = JSONLimits(maximumBytes: 4)
    #expect(throws: JSONError(.tooLarge(limit: 4), at: 0)) { try RawJSON(validating: "[1,2]", limits: limits) }
    #expect(throws: Never.self) { try RawJSON(validating: "[12]", limits: limits) }
  }

  @Test("members, elements and scalars are read from the bytes; later duplicates win")
  func accessors() throws {
    let json = try RawJSON(validating: #"{"a":1,"b":[true,null,"x\n",1.5],"\u0061":2,"c":{}}"#)
    #expect(json["a"]?.integerValue == 2)
    #expect(json.members.map(\.name) == ["a", "b", "a", "c"])
    let elements = json["b"]?.elements ?? []
    #expect(elements.map(\.kind) == [.bool, .null, .string, .number])
    #expect(elements[0].boolValue == true)
    #expect(elements[2].stringValue == "x\n")
    #expect(elements[3].doubleValue == 1.5)
    #expect(elements[3].integerValue == nil)
    #expect(json["c"]?.members.isEmpty == true)
    #expect(json["missing"] == nil)
    #expect(json["b"]?["a"] == nil)
  }

  @Test("a member is set in its place, added at the end, or removed")
  func setting() throws {
    let json = try RawJSON(validating: #"{"a":1,"b":2}"#)
    #expect(json.setting("a", to: .string("x")).string == #"{"a":"x","b":2}"#)
    #expect(json.setting("c", to: .emptyArray).string == #"{"a":1,"b":2,"c":[]}"#)
    #expect(json.setting("a", to: nil).string == #"{"b":2}"#)
  }

  @Test("integers of 64 bits are exact, larger ones are doubles")
  func integers() throws {
    #expect(try RawJSON(validating: "9223372036854775807").value() == .integer(.max))
    #expect(try RawJSON(validating: "-9223372036854775808").value() == .integer(.min))
    #expect(try RawJSON(validating: "18446744073709551615").value() == .unsigned(.max))
    #expect(try RawJSON(validating: "18446744073709551616").value() == .double(18446744073709551616))
  }

  @Test("names that only look alike stay apart")
  func canonicalEquivalence() throws {
    let json = try RawJSON(validating: #"{"\u00e9":1,"e\u0301":2}"#)
    #expect(json["\u{e9}"]?.integerValue == 1)
    #expect(try json.value().object?.members.count == 2)
  }
}
