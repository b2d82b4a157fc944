/// A number as it stands in a document.
struct NumberToken {
  var range: Range<Int>
  /// Neither fraction nor exponent.
  var isInteger: Bool
  /// So long or with such an exponent that a double may not hold it.
  var mayOverflow: Bool
}

extension JSONScanner {
  /// Reads a number that begins at the next byte.
  mutating func scanNumber() throws(JSONError) -> NumberToken {
    let start = position
    if position < end, bytes[position] == UInt8(ascii: "-") { advance() }
    guard position < end else { throw failure(.unexpectedEnd) }
    guard isDigit(at: position) else { throw unexpectedInNumber(start) }
    if bytes[position] == UInt8(ascii: "0") {
      advance()
      guard !isDigit(at: position) else { throw failure(.invalidNumber) }
    } else {
      skipDigits()
    }
    var isInteger = true
    var hasExponent = false
    if position < end, bytes[position] == UInt8(ascii: ".") {
      isInteger = false
      advance()
      try expectDigits()
    }
    if position < end, bytes[position] | 0x20 == UInt8(ascii: "e") {
      isInteger = false
      hasExponent = true
      advance()
      if position < end, bytes[position] == UInt8(ascii: "+") || bytes[position] == UInt8(ascii: "-") { advance() }
      try expectDigits()
    }
    let range = start..<position
    return NumberToken(range: range, isInteger: isInteger, mayOverflow: hasExponent || range.count > 300)
  }

  private func isDigit(at index: Int) -> Bool {
    index < end && bytes[index] &- UInt8(ascii: "0") < 10
  }

  @inline(__always)
  private mutating func skipDigits() {
    while isDigit(at: position) { advance() }
  }

  private mutating func expectDigits() throws(JSONError) {
    guard position < end else { throw failure(.unexpectedEnd) }
    guard isDigit(at: position) else { throw failure(.invalidNumber) }
    skipDigits()
  }

  /// What is no number at its first byte is named as what it is.
  private func unexpectedInNumber(_ start: Int) -> JSONError {
    position == start ? unexpected() : failure(.invalidNumber)
  }
}

/// The value of a number: exact where it is an integer of 64 bits, else the nearest double.
enum JSONNumber: Sendable, Hashable {
  case integer(Int64)
  /// Above `Int64.max`.
  case unsigned(UInt64)
  case double(Double)

  /// Nil when no double can hold it.
  init?(_ token: NumberToken, in bytes: UnsafeBufferPointer<UInt8>) {
    let text = UnsafeBufferPointer(rebasing: bytes[token.range])
    if token.isInteger, let integer = Self.integer(text) {
      self = integer
    } else if let double = DecimalReader.double(text), double.isFinite {
      self = .double(double)
    } else {
      return nil
    }
  }

  private static func integer(_ text: UnsafeBufferPointer<UInt8>) -> JSONNumber? {
    let isNegative = text.first == UInt8(ascii: "-")
    var magnitude: UInt64 = 0
    for byte in isNegative ? text.dropFirst() : text[...] {
      let (product, overflow) = magnitude.multipliedReportingOverflow(by: 10)
      let (sum, carry) = product.addingReportingOverflow(UInt64(byte &- UInt8(ascii: "0")))
      guard !overflow, !carry else { return nil }
      magnitude = sum
    }
    if isNegative {
      guard magnitude <= Int64.min.magnitude else { return nil }
      return .integer(Int64(truncatingIfNeeded: 0 &- magnitude))
    }
    return magnitude <= Int64.max.magnitude ? .integer(Int64(truncatingIfNeeded: magnitude)) : .unsigned(magnitude)
  }

  var double: Double {
    switch self {
    case .integer(let integer): Double(integer)
    case .unsigned(let integer): Double(integer)
    case .double(let double): double
    }
  }
}
