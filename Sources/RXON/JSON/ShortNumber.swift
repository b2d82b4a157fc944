/// Numbers whose canonical form can be read off their text.
enum ShortNumber {
  /// The canonical form of an integer of at most 18 digits, or of a plain decimal of at most 15, which no other decimal
  /// as short reads back as (IEEE 754 doubles keep 15 digits); nil for what needs arithmetic.
  @inline(__always)
  static func canonical(
    _ text: UnsafeBufferPointer<UInt8>, isInteger: Bool
  ) -> UnsafeBufferPointer<UInt8>? {
    guard isInteger else { return decimal(text) }
    guard text.count <= 18 else { return nil }
    return text.equals("-0") ? UnsafeBufferPointer(rebasing: text[1...]) : text
  }

  private static func decimal(_ text: UnsafeBufferPointer<UInt8>) -> UnsafeBufferPointer<UInt8>? {
    guard text.count <= 16, let point = text.firstIndex(of: UInt8(ascii: ".")) else { return nil }
    var end = text.count
    while text[end - 1] == UInt8(ascii: "0") { end -= 1 }
    if end == point + 1 {
      // Integral; zero has no sign.
      return hasZeroBefore(point, text) ? nil : UnsafeBufferPointer(rebasing: text[..<point])
    }
    // Small numbers and those with an exponent are written otherwise.
    guard !text[point...].contains(where: { $0 | 0x20 == UInt8(ascii: "e") }), !isBelowOneThousandth(text, point)
    else { return nil }
    return UnsafeBufferPointer(rebasing: text[..<end])
  }

  private static func isBelowOneThousandth(_ text: UnsafeBufferPointer<UInt8>, _ point: Int) -> Bool {
    point + 3 < text.count && hasZeroBefore(point, text)
      && text[(point + 1)...(point + 3)].allSatisfy { $0 == UInt8(ascii: "0") }
  }

  private static func hasZeroBefore(_ point: Int, _ text: UnsafeBufferPointer<UInt8>) -> Bool {
    text[point - 1] == UInt8(ascii: "0") && (point == 1 || (point == 2 && text[0] == UInt8(ascii: "-")))
  }
}
