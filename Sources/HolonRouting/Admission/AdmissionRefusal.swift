/// Why a caller has to come again later.
public struct AdmissionRefusal: Error, Sendable, Hashable {
  public enum Reason: Sendable, Hashable {
    /// Too many calls of this kind within a minute.
    case rate(LimitedCall)
    /// Too many bytes of bodies within a minute.
    case bytes
    /// This caller presented wrong credentials too often.
    case failures
    /// Too many callers at this address did.
    case failuresOfAddress
  }

  public var reason: Reason
  public var retryAfter: Duration

  public init(_ reason: Reason, retryAfter: Duration) {
    self.reason = reason
    self.retryAfter = retryAfter
  }

  /// One of a small fixed set, for counters.
  public var label: String {
    switch reason {
    case .rate(let call): call.rawValue
    case .bytes: "bytes"
    case .failures: "failures"
    case .failuresOfAddress: "failures_of_address"
    }
  }
}

/// The kinds of calls that are counted apart.
public enum LimitedCall: String, Sendable, Hashable, CaseIterable {
  case registrations, polls, results, heartbeats, events, tokens
  /// Openings of command channels.
  case channels
}
