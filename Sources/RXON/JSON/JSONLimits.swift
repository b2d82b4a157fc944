/// What a JSON document may cost before it is refused.
public struct JSONLimits: Sendable, Hashable {
  /// The largest depth that may be asked for; keeps recursion far from the end of any stack.
  public static let greatestDepth = 512

  /// Containers within containers. A document `[]` has depth 1.
  public let maximumDepth: Int
  /// Bytes of the whole document.
  public let maximumBytes: Int

  /// 128 deep, 8 MiB long.
  public static let `default` = JSONLimits()

  /// - Parameter maximumDepth: clamped to 1 … ``greatestDepth``.
  public init(maximumDepth: Int = 128, maximumBytes: Int = 8 * 1024 * 1024) {
    self.maximumDepth = min(max(maximumDepth, 1), Self.greatestDepth)
    self.maximumBytes = max(maximumBytes, 0)
  }
}
