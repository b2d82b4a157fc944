/// A token or key that never shows itself: not in descriptions, not in dumps, not in interpolated log lines.
public struct Secret: Sendable, Hashable {
  /// The value itself. For authentication and signing only; never for a message.
  public let exposed: String

  public init(_ value: String) {
    exposed = value
  }
}

extension Secret: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
  public var description: String { "(secret)" }
  public var debugDescription: String { description }
  public var customMirror: Mirror { Mirror(self, children: []) }
}
