/// The versions that are spoken. Older ones are broken (RFC 8996).
public enum TLSVersion: Int, Sendable, Hashable, Comparable, CaseIterable, CustomStringConvertible {
  /// RFC 5246.
  case v12 = 0x0303

  /// RFC 8446.
  case v13 = 0x0304

  public static func < (left: TLSVersion, right: TLSVersion) -> Bool { left.rawValue < right.rawValue }

  /// `TLSv1.2` or `TLSv1.3`.
  public var description: String { self == .v12 ? "TLSv1.2" : "TLSv1.3" }
}
