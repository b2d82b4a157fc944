import Foundation

func seconds(_ duration: Duration) -> Double {
  Double(duration.components.seconds) + Double(duration.components.attoseconds) / 1e18
}

func rounded(_ value: Double) -> String {
  String(format: value >= 100 ? "%.0f" : "%.1f", value)
}

func rounded(_ value: Double, places: Int) -> String {
  String(format: "%.\(places)f", value)
}

func milliseconds(_ value: Double) -> String {
  String(format: "%.2f ms", value)
}

/// Something measured several times.
struct Series {
  private var sorted: [Double] = []

  mutating func append(_ value: Double) {
    sorted.append(value)
    sorted.sort()
  }

  var median: Double {
    guard !sorted.isEmpty else { return .nan }
    return (sorted[(sorted.count - 1) / 2] + sorted[sorted.count / 2]) / 2
  }

  /// The median, with the least and the most behind it.
  func text(_ unit: String) -> String {
    guard let least = sorted.first, let most = sorted.last, least < most else { return "\(rounded(median)) \(unit)" }
    return "\(rounded(median)) \(unit) (\(rounded(least))–\(rounded(most)))"
  }
}
