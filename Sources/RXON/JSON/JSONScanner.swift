/// Reads JSON tokens from bytes, in one pass, strictly (RFC 8259, UTF-8, no lone surrogates).
///
/// Every access is checked against `end`; the bytes are a peer's.
struct JSONScanner {
  let bytes: UnsafeBufferPointer<UInt8>
  let end: Int
  private(set) var position: Int
  let maximumDepth: Int

  /// - Parameter range: within `bytes`; the document, or the part of it to read.
  init(_ bytes: UnsafeBufferPointer<UInt8>, range: Range<Int>, maximumDepth: Int) {
    let range = range.clamped(to: 0..<bytes.count)
    self.bytes = bytes
    self.end = range.upperBound
    self.position = range.lowerBound
    self.maximumDepth = maximumDepth
  }

  func failure(_ problem: JSONError.Problem) -> JSONError {
    JSONError(problem, at: position)
  }

  /// The failure of finding something else than what must stand here.
  func unexpected() -> JSONError {
    position < end ? failure(.unexpectedByte(bytes[position])) : failure(.unexpectedEnd)
  }

  /// The next byte that is no white space, left in place; nil at the end.
  @inline(__always)
  mutating func peek() -> UInt8? {
    while position < end {
      let byte = bytes[position]
      if byte > 0x20 { return byte }
      guard byte == 0x20 || byte == 0x0a || byte == 0x0d || byte == 0x09 else { return byte }
      position &+= 1
    }
    return nil
  }

  @inline(__always)
  mutating func advance() {
    position &+= 1
  }

  @inline(__always)
  mutating func take(_ byte: UInt8) -> Bool {
    guard peek() == byte else { return false }
    position &+= 1
    return true
  }

  mutating func expect(_ byte: UInt8) throws(JSONError) {
    guard take(byte) else { throw unexpected() }
  }

  mutating func expectEnd() throws(JSONError) {
    guard peek() == nil else { throw failure(.trailingContent) }
  }

  /// Reads `null`, `true` or `false`, whose first byte has been seen.
  mutating func expectLiteral(_ literal: StaticString) throws(JSONError) {
    let count = literal.utf8CodeUnitCount
    for index in 0..<count {
      guard position < end, bytes[position] == literal.utf8Start[index] else { throw unexpected() }
      position &+= 1
    }
  }

  func checkDepth(_ depth: Int) throws(JSONError) {
    guard depth <= maximumDepth else { throw failure(.tooDeep(limit: maximumDepth)) }
  }

  /// Reads any value and forgets it.
  /// - Parameter depth: of containers around the value.
  /// - Returns: where it stands, without white space around.
  @discardableResult
  mutating func skipValue(depth: Int) throws(JSONError) -> Range<Int> {
    guard let first = peek() else { throw failure(.unexpectedEnd) }
    let start = position
    switch first {
    case UInt8(ascii: "\""): _ = try scanString()
    case UInt8(ascii: "{"): try skipObject(depth: depth + 1)
    case UInt8(ascii: "["): try skipArray(depth: depth + 1)
    case UInt8(ascii: "t"): try expectLiteral("true")
    case UInt8(ascii: "f"): try expectLiteral("false")
    case UInt8(ascii: "n"): try expectLiteral("null")
    default: try skipNumber()
    }
    return start..<position
  }

  private mutating func skipObject(depth: Int) throws(JSONError) {
    try checkDepth(depth)
    advance()
    if take(UInt8(ascii: "}")) { return }
    repeat {
      guard peek() == UInt8(ascii: "\"") else { throw unexpected() }
      _ = try scanString()
      try expect(UInt8(ascii: ":"))
      try skipValue(depth: depth)
    } while take(UInt8(ascii: ","))
    try expect(UInt8(ascii: "}"))
  }

  private mutating func skipArray(depth: Int) throws(JSONError) {
    try checkDepth(depth)
    advance()
    if take(UInt8(ascii: "]")) { return }
    repeat {
      try skipValue(depth: depth)
    } while take(UInt8(ascii: ","))
    try expect(UInt8(ascii: "]"))
  }

  /// A number that no double can hold is refused here too, so that what was read once can be used later.
  private mutating func skipNumber() throws(JSONError) {
    let number = try scanNumber()
    if number.mayOverflow, JSONNumber(number, in: bytes) == nil {
      throw JSONError(.numberOutOfRange, at: number.range.lowerBound)
    }
  }

  mutating func setPosition(_ position: Int) {
    self.position = position
  }
}
