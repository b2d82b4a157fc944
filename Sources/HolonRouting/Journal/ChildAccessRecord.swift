/// What the journal keeps of a child's way in: the token that was issued to it, and whether it was revoked.
public struct ChildAccessRecord: Sendable, Hashable {
  public var child: String
  /// A keyed digest of the token that was issued to the child, in hexadecimal; nil when none was. Never the token.
  public var tokenDigest: String?
  /// Unix seconds.
  public var tokenIssuedAt: Int?
  /// Rises whenever the access tokens that were given out before must not count any more.
  public var epoch: Int
  /// Unix seconds; nil unless the child is shut out.
  public var revokedAt: Int?

  public init(
    child: String, tokenDigest: String? = nil, tokenIssuedAt: Int? = nil, epoch: Int = 0, revokedAt: Int? = nil
  ) {
    self.child = child
    self.tokenDigest = tokenDigest
    self.tokenIssuedAt = tokenIssuedAt
    self.epoch = epoch
    self.revokedAt = revokedAt
  }

  /// The child has a new token; the one before and the access tokens that it gave are void.
  public mutating func issueToken(digest: String, at unixSeconds: Int) {
    tokenDigest = digest
    tokenIssuedAt = unixSeconds
    epoch += 1
  }

  /// The child is shut out.
  public mutating func revoke(at unixSeconds: Int) {
    revokedAt = unixSeconds
    epoch += 1
  }

  /// The child may come in again, with the credentials that it had; access tokens of before stay void.
  public mutating func restore() {
    revokedAt = nil
  }
}

/// A node's own random key, under which it digests tokens and makes access tokens. It never leaves the node.
public struct NodeSecret: Sendable, Hashable {
  public let bytes: [UInt8]

  public init(_ bytes: [UInt8]) {
    self.bytes = bytes
  }
}

extension NodeSecret: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
  public var description: String { "NodeSecret(redacted)" }
  public var debugDescription: String { description }
  public var customMirror: Mirror { Mirror(self, children: []) }
}
