extension RawJSON {
  /// The six types of JSON.
  public enum Kind: Sendable, Hashable {
    case object, array, string, number, bool, null
  }

  /// Told by the first byte.
  public var kind: Kind {
    switch storage[range.lowerBound] {
    case UInt8(ascii: "{"): .object
    case UInt8(ascii: "["): .array
    case UInt8(ascii: "\""): .string
    case UInt8(ascii: "n"): .null
    case UInt8(ascii: "t"), UInt8(ascii: "f"): .bool
    default: .number
    }
  }

  public var isNull: Bool { kind == .null }

  /// `true` or `false`; nil for anything else.
  public var boolValue: Bool? {
    kind == .bool ? storage[range.lowerBound] == UInt8(ascii: "t") : nil
  }

  /// The text of a string.
  public var stringValue: String? {
    guard kind == .string else { return nil }
    return scan { (scanner) throws(JSONError) in scanner.text(of: try scanner.scanString()) }
  }

  /// A number without fraction and exponent, if it fits.
  public var integerValue: Int? {
    guard case .integer(let integer)? = number else { return nil }
    return Int(exactly: integer)
  }

  /// Any number.
  public var doubleValue: Double? {
    number?.double
  }

  private var number: JSONNumber? {
    guard kind == .number else { return nil }
    return scan { (scanner) throws(JSONError) in JSONNumber(try scanner.scanNumber(), in: scanner.bytes) } ?? nil
  }

  /// The value of an object's member; the last one where a name stands more than once, nil for what is no object.
  public subscript(name: String) -> RawJSON? {
    var found: RawJSON?
    forEachMember { member, value in
      if member.utf8.elementsEqual(name.utf8) { found = value }
    }
    return found
  }

  /// The members of an object in their order, duplicates included; empty for what is no object.
  public var members: [JSONMember] {
    var members: [JSONMember] = []
    forEachMember { members.append(JSONMember(name: $0, value: $1)) }
    return members
  }

  /// The elements of an array; empty for what is no array.
  public var elements: [RawJSON] {
    guard kind == .array else { return [] }
    let storage = storage
    return scan { (scanner) throws(JSONError) in
      var elements: [RawJSON] = []
      scanner.advance()
      if scanner.take(UInt8(ascii: "]")) { return elements }
      repeat {
        elements.append(RawJSON(valid: storage, range: try scanner.skipValue(depth: 1)))
      } while scanner.take(UInt8(ascii: ","))
      return elements
    } ?? []
  }

  private func forEachMember(_ body: (String, RawJSON) -> Void) {
    guard kind == .object else { return }
    let storage = storage
    scan { (scanner) throws(JSONError) in
      scanner.advance()
      if scanner.take(UInt8(ascii: "}")) { return }
      repeat {
        guard scanner.peek() == UInt8(ascii: "\"") else { throw scanner.unexpected() }
        let name = try scanner.scanString()
        try scanner.expect(UInt8(ascii: ":"))
        body(scanner.text(of: name), RawJSON(valid: storage, range: try scanner.skipValue(depth: 1)))
      } while scanner.take(UInt8(ascii: ","))
    }
  }

  /// Reads the value again. It was found valid before, so nil does not happen.
  @discardableResult
  private func scan<Success>(_ body: (inout JSONScanner) throws(JSONError) -> Success) -> Success? {
    storage.withUnsafeBufferPointer { buffer in
      var scanner = JSONScanner(buffer, range: range, maximumDepth: JSONLimits.greatestDepth)
      do throws(JSONError) {
        return try body(&scanner)
      } catch {
        return nil
      }
    }
  }
}
