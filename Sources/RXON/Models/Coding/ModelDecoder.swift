/// Reads models from JSON in one pass: objects are walked in the order of the document, free-form values are taken as
/// slices.
///
/// A member's value must be read exactly once, by one of the methods below, before the next member is asked for.
public struct ModelDecoder {
  private var scanner: JSONScanner
  private let storage: [UInt8]
  private var depth = 0
  private var member: MemberName?

  init(_ scanner: JSONScanner, storage: [UInt8]) {
    self.scanner = scanner
    self.storage = storage
  }

  // MARK: Objects

  /// Walks the members of one object.
  public struct Members {
    fileprivate var isFirst = true

    /// The next member, its value still to be read; nil after the last.
    public mutating func next(_ decoder: inout ModelDecoder) throws(ModelError) -> MemberName? {
      defer { isFirst = false }
      return try decoder.nextMember(isFirst: isFirst)
    }
  }

  /// Begins to read an object.
  public mutating func object() throws(ModelError) -> Members {
    guard scanner.peek() == UInt8(ascii: "{") else { throw mismatch("an object") }
    try enterContainer()
    return Members()
  }

  private mutating func enterContainer() throws(ModelError) {
    depth += 1
    let depth = depth
    try json { (scanner) throws(JSONError) in try scanner.checkDepth(depth) }
    scanner.advance()
  }

  fileprivate mutating func nextMember(isFirst: Bool) throws(ModelError) -> MemberName? {
    if scanner.take(UInt8(ascii: "}")) {
      depth -= 1
      return nil
    }
    let name = try json { (scanner) throws(JSONError) in
      if !isFirst { try scanner.expect(UInt8(ascii: ",")) }
      guard scanner.peek() == UInt8(ascii: "\"") else { throw scanner.unexpected() }
      let token = try scanner.scanString()
      try scanner.expect(UInt8(ascii: ":"))
      return MemberName(token, in: scanner)
    }
    member = name
    return name
  }

  /// The value of a required member, if it was there.
  public func required<Value>(_ value: Value?, _ name: StaticString) throws(ModelError) -> Value {
    guard let value else { throw ModelError(.missing, path: name.description) }
    return value
  }

  // MARK: Scalars

  /// A string.
  public mutating func string() throws(ModelError) -> String {
    guard scanner.peek() == UInt8(ascii: "\"") else { throw mismatch("a string") }
    return try json { (scanner) throws(JSONError) in scanner.text(of: try scanner.scanString()) }
  }

  /// A number without fraction and exponent.
  public mutating func integer() throws(ModelError) -> Int {
    guard case .integer(let integer)? = try number(expected: "an integer", integral: true),
      let value = Int(exactly: integer)
    else { throw wrongType("an integer of 64 bits") }
    return value
  }

  /// Any number.
  public mutating func double() throws(ModelError) -> Double {
    guard let number = try number(expected: "a number", integral: false) else {
      throw ModelError(scanner.failure(.numberOutOfRange))
    }
    return number.double
  }

  /// `true` or `false`.
  public mutating func bool() throws(ModelError) -> Bool {
    switch scanner.peek() {
    case UInt8(ascii: "t"):
      try json { (scanner) throws(JSONError) in try scanner.expectLiteral("true") }
      return true
    case UInt8(ascii: "f"):
      try json { (scanner) throws(JSONError) in try scanner.expectLiteral("false") }
      return false
    default: throw mismatch("true or false")
    }
  }

  private mutating func number(expected: String, integral: Bool) throws(ModelError) -> JSONNumber? {
    guard let first = scanner.peek(), first == UInt8(ascii: "-") || first &- UInt8(ascii: "0") < 10 else {
      throw mismatch(expected)
    }
    let token = try json { (scanner) throws(JSONError) in try scanner.scanNumber() }
    guard token.isInteger || !integral else { throw wrongType(expected) }
    return JSONNumber(token, in: scanner.bytes)
  }

  // MARK: Free-form values

  /// Any value, as a slice of the document.
  public mutating func raw() throws(ModelError) -> RawJSON {
    let depth = depth
    let range = try json { (scanner) throws(JSONError) in try scanner.skipValue(depth: depth) }
    return RawJSON(valid: storage, range: range)
  }

  /// Any object, as a slice of the document.
  public mutating func rawObject() throws(ModelError) -> RawJSON {
    guard scanner.peek() == UInt8(ascii: "{") else { throw mismatch("an object") }
    return try raw()
  }

  /// A member that the model does not know.
  public mutating func unknown(_ name: MemberName) throws(ModelError) -> JSONMember {
    JSONMember(name: name.string, value: try raw())
  }

  // MARK: Null and collections

  /// Passes `null`, if that is what stands here.
  @inline(__always)
  mutating func takeNull() throws(ModelError) -> Bool {
    guard scanner.peek() == UInt8(ascii: "n") else { return false }
    try json { (scanner) throws(JSONError) in try scanner.expectLiteral("null") }
    return true
  }

  mutating func list<Element>(
    _ element: (inout ModelDecoder) throws(ModelError) -> Element
  ) throws(ModelError) -> [Element] {
    guard scanner.peek() == UInt8(ascii: "[") else { throw mismatch("a list") }
    try enterContainer()
    let name = member
    member = nil
    defer {
      depth -= 1
      member = name
    }
    var elements: [Element] = []
    if scanner.take(UInt8(ascii: "]")) { return elements }
    repeat {
      do throws(ModelError) {
        elements.append(try element(&self))
      } catch {
        throw error.within("[\(elements.count)]").within(name?.string ?? "")
      }
    } while scanner.take(UInt8(ascii: ","))
    try json { (scanner) throws(JSONError) in try scanner.expect(UInt8(ascii: "]")) }
    return elements
  }

  mutating func map<Value>(
    _ value: (inout ModelDecoder) throws(ModelError) -> Value
  ) throws(ModelError) -> [String: Value] {
    var members = try object()
    let outer = member
    defer { member = outer }
    var values: [String: Value] = [:]
    do throws(ModelError) {
      while let name = try members.next(&self) {
        values[name.string] = try value(&self)
      }
    } catch {
      throw error.within(outer?.string ?? "")
    }
    return values
  }

  mutating func nested<Model: RXONModel>(_ type: Model.Type) throws(ModelError) -> Model {
    let outer = member
    member = nil
    defer { member = outer }
    do throws(ModelError) {
      return try Model(from: &self)
    } catch {
      throw outer.map { error.within($0.string) } ?? error
    }
  }

  // MARK: Errors

  mutating func expectEnd() throws(ModelError) {
    try json { (scanner) throws(JSONError) in try scanner.expectEnd() }
  }

  /// The error for a value of another type than the model asks for, or for none at all.
  private mutating func mismatch(_ expected: String) -> ModelError {
    guard let first = scanner.peek() else { return ModelError(scanner.failure(.unexpectedEnd)) }
    guard Self.beginsValue(first) else { return ModelError(scanner.unexpected()) }
    return wrongType(expected)
  }

  private func wrongType(_ expected: String) -> ModelError {
    ModelError(.wrongType(expected: expected), path: member?.string ?? "")
  }

  private static func beginsValue(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "{"), UInt8(ascii: "["), UInt8(ascii: "\""), UInt8(ascii: "t"), UInt8(ascii: "f"),
      UInt8(ascii: "n"), UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"):
      true
    default: false
    }
  }

  @inline(__always)
  private mutating func json<Success>(
    _ body: (inout JSONScanner) throws(JSONError) -> Success
  ) throws(ModelError) -> Success {
    do throws(JSONError) {
      return try body(&scanner)
    } catch {
      throw ModelError(error)
    }
  }
}
