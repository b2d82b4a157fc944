/// Reads decimal numbers of JSON's grammar into the nearest double.
enum DecimalReader {
  /// Nil when the text is no number; infinite when it is too large.
  static func double(_ text: UnsafeBufferPointer<UInt8>) -> Double? {
    exact(text) ?? Double(String(decoding: text, as: UTF8.self))
  }

  /// Numbers of at most 15 digits with a small exponent: both parts are exact doubles, so that one multiplication or
  /// division rounds correctly (W. Clinger, "How to read floating point numbers accurately").
  private static func exact(_ text: UnsafeBufferPointer<UInt8>) -> Double? {
    var mantissa: UInt64 = 0
    var digits = 0
    var exponent = 0
    var inFraction = false
    var index = text.first == UInt8(ascii: "-") ? 1 : 0
    let isNegative = index == 1
    while index < text.count {
      let byte = text[index]
      if byte == UInt8(ascii: ".") {
        inFraction = true
      } else if byte | 0x20 == UInt8(ascii: "e") {
        guard let written = smallExponent(text[(index + 1)...]) else { return nil }
        exponent += written
        break
      } else {
        mantissa = mantissa &* 10 &+ UInt64(byte &- UInt8(ascii: "0"))
        if mantissa != 0 { digits += 1 }
        guard digits <= 15 else { return nil }
        if inFraction { exponent -= 1 }
      }
      index += 1
    }
    guard (-22...22).contains(exponent) else { return nil }
    let magnitude = exponent < 0 ? Double(mantissa) / power(-exponent) : Double(mantissa) * power(exponent)
    return isNegative ? -magnitude : magnitude
  }

  private static func smallExponent(_ text: Slice<UnsafeBufferPointer<UInt8>>) -> Int? {
    let digits = text.drop { $0 == UInt8(ascii: "+") || $0 == UInt8(ascii: "-") }
    guard digits.count <= 3 else { return nil }
    let magnitude = digits.reduce(0) { $0 * 10 + Int($1 &- UInt8(ascii: "0")) }
    return text.first == UInt8(ascii: "-") ? -magnitude : magnitude
  }

  private static func power(_ exponent: Int) -> Double {
    powers[exponent]
  }

  private static let powers: [Double] = (0...22).reduce(into: []) { powers, exponent in
    powers.append(exponent == 0 ? 1 : powers[exponent - 1] * 10)
  }
}
