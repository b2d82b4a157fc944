import RXON
import Testing

@Suite("JSON: properties")
struct JSONPropertyTests {
  @Test("a value that was written reads back as itself")
  func roundTrip() throws {
    var random = SeededGenerator(seed: 1)
    for _ in 0..<1_000 {
      let value = random.value()
      let back = try RawJSON(validating: RawJSON(value).bytes).value()
      #expect(back.normalized == value.normalized)
    }
  }

  @Test("a double that was written reads back as the same double, in the fewest digits")
  func doubles() throws {
    var random = SeededGenerator(seed: 2)
    for _ in 0..<5_000 {
      let double = random.double()
      let json = RawJSON.number(double)
      #expect(json.doubleValue == double)
      guard Int(exactly: double) == nil else { continue }
      #expect(Self.digits(of: json.string) == Self.digits(of: double.description))
    }
  }

  @Test("a decimal of any spelling reads as the standard library reads it")
  func decimals() throws {
    var random = SeededGenerator(seed: 3)
    for _ in 0..<5_000 {
      var text = random.chance(50) ? "-" : ""
      text += String(Int.random(in: 0...99_999, using: &random))
      if random.chance(70) { text += ".\(Int.random(in: 0...9_999_999_999, using: &random))" }
      if random.chance(50) { text += "e\(Int.random(in: -40...40, using: &random))" }
      #expect(try RawJSON(validating: text).doubleValue == Double(text))
    }
  }

  @Test("the canonical form of a canonical form is itself, and stands for the same value")
  func idempotence() throws {
    var random = SeededGenerator(seed: 4)
    for _ in 0..<1_000 {
      let json = RawJSON(.object(random.object()))
      guard let canonical = try? CanonicalJSON.encode(json) else { continue }
      #expect(try CanonicalJSON.encode(bytes: canonical) == canonical)
      let back = try RawJSON(validating: canonical).value()
      #expect(back.normalized == (try json.value()).withoutNulls.normalized)
    }
  }

  @Test("the order and the white space of a document do not change its canonical form")
  func order() throws {
    var random = SeededGenerator(seed: 5)
    for _ in 0..<500 {
      let object = random.object()
      var shuffled = JSONObject(object.members.shuffled(using: &random))
      guard let canonical = try? CanonicalJSON.encode(RawJSON(.object(object))) else { continue }
      #expect(try CanonicalJSON.encode(RawJSON(.object(shuffled))) == canonical)
      shuffled["only here"] = .bool(true)
      #expect(
        try CanonicalJSON.encode(RawJSON(.object(shuffled)), omittingTopLevel: ["only here"]) == canonical)
    }
  }

  @Test("10,000 damaged documents are read or refused, and what is read is valid")
  func mutations() throws {
    var random = SeededGenerator(seed: 6)
    let originals = (0..<50).map { _ in RawJSON(.object(random.object())).bytes } + [Array(Samples.task.utf8)]
    for _ in 0..<10_000 {
      var bytes = originals.randomElement(using: &random) ?? []
      for _ in 0...Int.random(in: 0...3, using: &random) { Self.damage(&bytes, &random) }
      guard let json = try? RawJSON(validating: bytes) else {
        #expect(throws: ModelError.self) { try TaskPayload(bytes: bytes) }
        continue
      }
      _ = try json.value()
      _ = json.members.count + json.elements.count
      if let canonical = try? CanonicalJSON.encode(json) { _ = try RawJSON(validating: canonical) }
      if let task = try? TaskPayload(bytes: bytes) {
        #expect(try TaskPayload(bytes: task.encoded()) == task)
        #expect(try TaskPayload(json: json) == task)
      }
    }
  }

  private static func damage(_ bytes: inout [UInt8], _ random: inout SeededGenerator) {
    guard !bytes.isEmpty else { return }
    let place = Int.random(in: 0..<bytes.count, using: &random)
    switch Int.random(in: 0..<4, using: &random) {
    case 0: bytes[place] = UInt8.random(in: 0...255, using: &random)
    case 1: bytes.remove(at: place)
    case 2: bytes.insert(Array("{}[]\",:\\u0e-.tfn ".utf8).randomElement(using: &random) ?? 0, at: place)
    default: bytes.removeLast(bytes.count - place)
    }
  }

  private static func digits(of text: String) -> Int {
    let digits = String(text.prefix { $0 != "e" }.filter(\.isNumber).drop { $0 == "0" }.reversed())
    return digits.drop { $0 == "0" }.count
  }
}

extension JSONValue {
  /// The same value with integral doubles as integers, as they are written, and members in one order.
  fileprivate var normalized: JSONValue {
    switch self {
    case .double(let double): Int(exactly: double).map(JSONValue.integer) ?? self
    case .array(let elements): .array(elements.map(\.normalized))
    case .object(let object):
      .object(
        JSONObject(
          object.members.map { JSONObject.Member(name: $0.name, value: $0.value.normalized) }
            .sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }))
    default: self
    }
  }

  fileprivate var withoutNulls: JSONValue {
    switch self {
    case .array(let elements): .array(elements.map(\.withoutNulls))
    case .object(let object):
      .object(
        JSONObject(
          object.members.filter { !$0.value.isNull }
            .map { JSONObject.Member(name: $0.name, value: $0.value.withoutNulls) }))
    default: self
    }
  }
}
