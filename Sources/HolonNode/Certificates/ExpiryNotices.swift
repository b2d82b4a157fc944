/// Decides when to say that a certificate ends: 30 days before, 7 days, 1 day, and once it has ended. Each is said once
/// for a certificate.
struct ExpiryNotices {
  private static let day = 86_400

  enum Urgency: Int, Sendable, Hashable, Comparable, CaseIterable {
    case month, week, day, over

    static func < (left: Urgency, right: Urgency) -> Bool { left.rawValue < right.rawValue }

    /// Seconds before the end.
    fileprivate var lead: Int {
      switch self {
      case .month: 30 * ExpiryNotices.day
      case .week: 7 * ExpiryNotices.day
      case .day: ExpiryNotices.day
      case .over: 0
      }
    }
  }

  struct Notice: Sendable, Hashable {
    var subject: String
    var urgency: Urgency
    /// Unix seconds.
    var expires: Int
  }

  private var said: [String: Urgency] = [:]

  /// - Returns: nil when nothing new is to be said.
  mutating func due(for subject: String, expires: Int, at unixSeconds: Int) -> Notice? {
    let left = expires - unixSeconds
    guard let urgency = Urgency.allCases.last(where: { left <= $0.lead }) else { return nil }
    if let last = said[subject], last >= urgency { return nil }
    said[subject] = urgency
    return Notice(subject: subject, urgency: urgency, expires: expires)
  }

  /// The subject has another certificate.
  mutating func forget(_ subject: String) {
    said[subject] = nil
  }
}
