/// Keeps a flood of refusals from becoming a flood of log lines: so many of each kind in a minute, and with the next line
/// the number of those that were left out.
public struct LogAllowance: Sendable {
  /// Kinds are the node's own words; further ones share the last place.
  private static let mostKinds = 64

  private struct Kind: Sendable {
    var bucket: TokenBucket
    var leftOut = 0
  }

  private let perMinute: Int
  private var kinds: [String: Kind] = [:]

  public init(perMinute: Int = 30) {
    self.perMinute = perMinute
  }

  /// - Returns: how many lines of this kind were left out since the last one; nil when this one is to be left out too.
  public mutating func admit(_ kind: String, at uptime: Duration) -> Int? {
    let kind = kinds[kind] == nil && kinds.count >= Self.mostKinds ? "" : kind
    var entry = kinds[kind] ?? Kind(bucket: TokenBucket(perMinute: perMinute, at: uptime))
    defer { kinds[kind] = entry }
    guard entry.bucket.take(1, perMinute: perMinute, at: uptime) == nil else {
      entry.leftOut += 1
      return nil
    }
    defer { entry.leftOut = 0 }
    return entry.leftOut
  }
}
