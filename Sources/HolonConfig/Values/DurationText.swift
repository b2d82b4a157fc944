/// Durations as people write them: `45s`, `1m30s`, `250ms`, `2h`, `1d`; units from the largest to the smallest.
public enum DurationText {
  private static let units: [(name: String, milliseconds: Int64)] = [
    ("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1000), ("ms", 1),
  ]

  /// `nil` when the text is no duration, or longer than a century.
  public static func parse(_ text: String) -> Duration? {
    var rest = text[...]
    var total: Int64 = 0
    var nextUnit = 0
    guard !rest.isEmpty else { return nil }
    while !rest.isEmpty {
      let digits = rest.prefix { $0.isASCII && $0.isNumber }
      rest = rest.dropFirst(digits.count)
      let letters = rest.prefix { $0.isASCII && $0.isLetter }
      rest = rest.dropFirst(letters.count)
      guard let amount = Int64(digits), let unit = units.firstIndex(where: { $0.name == letters }), unit >= nextUnit
      else { return nil }
      nextUnit = unit + 1
      let (part, partOverflow) = amount.multipliedReportingOverflow(by: units[unit].milliseconds)
      let (sum, sumOverflow) = total.addingReportingOverflow(part)
      guard !partOverflow, !sumOverflow, sum <= 36_525 * 86_400_000 else { return nil }
      total = sum
    }
    return .milliseconds(total)
  }

  public static func format(_ duration: Duration) -> String {
    let (seconds, attoseconds) = duration.components
    var rest = seconds * 1000 + attoseconds / 1_000_000_000_000_000
    var text = ""
    for unit in units where rest >= unit.milliseconds {
      text += "\(rest / unit.milliseconds)\(unit.name)"
      rest %= unit.milliseconds
    }
    return text.isEmpty ? "0s" : text
  }
}
