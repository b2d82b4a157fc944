/// Sizes as people write them: `8MiB`, `10GiB`, `1KiB`, `512B`; a bare number is bytes.
enum SizeText {
  private static let units: [(name: String, bytes: Int)] = [
    ("TiB", 1 << 40), ("GiB", 1 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10), ("B", 1),
  ]

  /// Bytes; `nil` when the text is no size, or one that no integer holds.
  static func parse(_ text: String) -> Int? {
    let digits = text.prefix { $0.isASCII && $0.isNumber }
    let unitName = text.dropFirst(digits.count)
    guard let amount = Int(digits) else { return nil }
    guard !unitName.isEmpty else { return amount }
    guard let unit = units.first(where: { $0.name == unitName }) else { return nil }
    let (bytes, overflow) = amount.multipliedReportingOverflow(by: unit.bytes)
    return overflow ? nil : bytes
  }

  static func format(_ bytes: Int) -> String {
    guard bytes > 0, let unit = units.first(where: { bytes % $0.bytes == 0 }) else { return "0B" }
    return "\(bytes / unit.bytes)\(unit.name)"
  }
}
