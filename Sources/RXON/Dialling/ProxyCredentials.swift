/// What a proxy knows its client by. Never shows itself: not in descriptions, not in dumps.
public struct ProxyCredentials: Sendable, Hashable {
  /// For the proxy only; never for a message. 1 to 255 bytes.
  public let user: String
  /// For the proxy only; never for a message. Up to 255 bytes.
  public let password: String

  /// Nil where one is longer than SOCKS can say, there is no user, or one holds control characters.
  public init?(user: String, password: String) {
    guard (1...255).contains(user.utf8.count), password.utf8.count <= 255 else { return nil }
    guard [user, password].allSatisfy({ $0.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7f } }) else { return nil }
    self.user = user
    self.password = password
  }
}

extension ProxyCredentials: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
  public var description: String { "(secret)" }
  public var debugDescription: String { description }
  public var customMirror: Mirror { Mirror(self, children: []) }
}
