/// Writes doubles in their shortest form that reads back to the same double.
enum DecimalWriter {
  /// Appends a finite number that is not integral: plain between 0.00001 and 10^16, else with an exponent.
  static func append(_ value: Double, to output: inout [UInt8]) {
    let decimal = ShortestDecimal(value)
    if decimal.isNegative { output.append(UInt8(ascii: "-")) }
    let count = decimal.digits.count
    switch decimal.pointPosition {
    case 1...16: appendPlain(decimal, to: &output)
    case -4...0:
      output.append(UInt8(ascii: "0"))
      output.append(UInt8(ascii: "."))
      for _ in decimal.pointPosition..<0 { output.append(UInt8(ascii: "0")) }
      output.append(contentsOf: decimal.digits)
    default:
      output.append(decimal.digits[0])
      if count > 1 {
        output.append(UInt8(ascii: "."))
        output.append(contentsOf: decimal.digits[1...])
      }
      output.append(UInt8(ascii: "e"))
      append(Int64(decimal.pointPosition - 1), to: &output)
    }
  }

  private static func appendPlain(_ decimal: ShortestDecimal, to output: inout [UInt8]) {
    let point = decimal.pointPosition
    let count = decimal.digits.count
    output.append(contentsOf: decimal.digits[..<min(point, count)])
    for _ in min(point, count)..<point { output.append(UInt8(ascii: "0")) }
    if count > point {
      output.append(UInt8(ascii: "."))
      output.append(contentsOf: decimal.digits[point...])
    }
  }

  static func append(_ value: Int64, to output: inout [UInt8]) {
    if value < 0 { output.append(UInt8(ascii: "-")) }
    append(value.magnitude, to: &output)
  }

  static func append(_ value: UInt64, to output: inout [UInt8]) {
    if value < 10 {
      output.append(UInt8(truncatingIfNeeded: value) &+ UInt8(ascii: "0"))
      return
    }
    withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 20) { digits in
      var index = 20
      var rest = value
      repeat {
        index -= 1
        let (quotient, remainder) = rest.quotientAndRemainder(dividingBy: 10)
        digits[index] = UInt8(truncatingIfNeeded: remainder) &+ UInt8(ascii: "0")
        rest = quotient
      } while rest != 0
      output.append(contentsOf: UnsafeBufferPointer(rebasing: digits[index...]))
    }
  }
}

/// The digits of a double, as few as identify it, and where its point stands among them.
private struct ShortestDecimal {
  /// Without leading and trailing zeros; at least one.
  var digits: [UInt8] = []
  /// The value is 0.DIGITS times ten to this.
  var pointPosition = 0
  var isNegative = false

  /// - Parameter value: finite and not zero.
  init(_ value: Double) {
    digits.reserveCapacity(24)
    var pointSeen = false
    var exponent = 0
    var text = Substring(value.description).utf8[...]
    if text.first == UInt8(ascii: "-") {
      isNegative = true
      text = text.dropFirst()
    }
    while let byte = text.popFirst() {
      if byte == UInt8(ascii: ".") {
        pointSeen = true
      } else if byte == UInt8(ascii: "e") {
        exponent = Int(Substring(text)) ?? 0
        break
      } else if byte != UInt8(ascii: "0") || !digits.isEmpty {
        digits.append(byte)
        if !pointSeen { pointPosition += 1 }
      } else if pointSeen {
        pointPosition -= 1
      }
    }
    pointPosition += exponent
    while digits.count > 1, digits.last == UInt8(ascii: "0") { digits.removeLast() }
  }
}
