extension JSONValue {
  /// Reads a value. Fails only for values nested deeper than ``JSONLimits/greatestDepth``.
  public init(_ json: RawJSON) throws(JSONError) {
    self = try json.storage.withUnsafeBufferPointer { (buffer) throws(JSONError) -> JSONValue in
      var scanner = JSONScanner(buffer, range: json.range, maximumDepth: JSONLimits.greatestDepth)
      return try JSONValue(&scanner, depth: 0)
    }
  }

  private init(_ scanner: inout JSONScanner, depth: Int) throws(JSONError) {
    guard let first = scanner.peek() else { throw scanner.unexpected() }
    switch first {
    case UInt8(ascii: "{"): self = .object(JSONObject(try Self.members(&scanner, depth: depth + 1)))
    case UInt8(ascii: "["): self = .array(try Self.elements(&scanner, depth: depth + 1))
    case UInt8(ascii: "\""): self = .string(scanner.text(of: try scanner.scanString()))
    case UInt8(ascii: "t"):
      try scanner.expectLiteral("true")
      self = .bool(true)
    case UInt8(ascii: "f"):
      try scanner.expectLiteral("false")
      self = .bool(false)
    case UInt8(ascii: "n"):
      try scanner.expectLiteral("null")
      self = .null
    default: self = try Self.number(&scanner)
    }
  }

  private static func number(_ scanner: inout JSONScanner) throws(JSONError) -> JSONValue {
    switch JSONNumber(try scanner.scanNumber(), in: scanner.bytes) {
    case .integer(let integer)?: Int(exactly: integer).map(JSONValue.integer) ?? .double(Double(integer))
    case .unsigned(let integer)?: .unsigned(integer)
    case .double(let double)?: .double(double)
    case nil: throw scanner.failure(.numberOutOfRange)
    }
  }

  private static func members(_ scanner: inout JSONScanner, depth: Int) throws(JSONError) -> [JSONObject.Member] {
    try scanner.checkDepth(depth)
    scanner.advance()
    var members: [JSONObject.Member] = []
    if scanner.take(UInt8(ascii: "}")) { return members }
    repeat {
      guard scanner.peek() == UInt8(ascii: "\"") else { throw scanner.unexpected() }
      let name = scanner.text(of: try scanner.scanString())
      try scanner.expect(UInt8(ascii: ":"))
      members.append(JSONObject.Member(name: name, value: try JSONValue(&scanner, depth: depth)))
    } while scanner.take(UInt8(ascii: ","))
    try scanner.expect(UInt8(ascii: "}"))
    return members
  }

  private static func elements(_ scanner: inout JSONScanner, depth: Int) throws(JSONError) -> [JSONValue] {
    try scanner.checkDepth(depth)
    scanner.advance()
    var elements: [JSONValue] = []
    if scanner.take(UInt8(ascii: "]")) { return elements }
    repeat {
      elements.append(try JSONValue(&scanner, depth: depth))
    } while scanner.take(UInt8(ascii: ","))
    try scanner.expect(UInt8(ascii: "]"))
    return elements
  }
}

extension RawJSON {
  /// The value as a tree. Fails only for values nested deeper than ``JSONLimits/greatestDepth``.
  public func value() throws(JSONError) -> JSONValue {
    try JSONValue(self)
  }

  /// Writes a tree.
  public init(_ value: JSONValue) {
    var writer = JSONWriter()
    writer.write(value)
    self = writer.finish()
  }
}

extension JSONWriter {
  /// Writes a tree.
  public mutating func write(_ value: JSONValue) {
    switch value {
    case .null: writeNull()
    case .bool(let value): write(value)
    case .integer(let value): write(value)
    case .unsigned(let value): write(value)
    case .double(let value): write(value)
    case .string(let value): write(value)
    case .array(let elements):
      beginArray()
      for element in elements { write(element) }
      endArray()
    case .object(let object):
      beginObject()
      for member in object.members {
        name(member.name)
        write(member.value)
      }
      endObject()
    }
  }
}
