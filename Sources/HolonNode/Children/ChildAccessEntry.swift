import HolonRouting
public import RXON

/// A child's way in, as a person sees it.
public struct ChildAccessEntry: Sendable, Hashable {
  public var child: String
  /// When a token was issued to it, in Unix seconds.
  public var tokenIssuedAt: Int?
  /// Since when it is shut out, in Unix seconds.
  public var revokedAt: Int?
  /// Nil where no node runs.
  public var isConnected: Bool?

  init(_ record: ChildAccessRecord, isConnected: Bool?) {
    child = record.child
    tokenIssuedAt = record.tokenIssuedAt
    revokedAt = record.revokedAt
    self.isConnected = isConnected
  }

  /// - Returns: nil when `json` is none that ``json`` wrote.
  public init?(json: RawJSON) {
    guard let child = json["id"]?.stringValue else { return nil }
    self.child = child
    tokenIssuedAt = json["token_issued_at"]?.integerValue
    revokedAt = json["revoked_at"]?.integerValue
    isConnected = json["connected"]?.boolValue
  }

  public var json: RawJSON {
    var members = [JSONMember(name: "id", value: .string(child))]
    if let tokenIssuedAt { members.append(JSONMember(name: "token_issued_at", value: .integer(tokenIssuedAt))) }
    if let revokedAt { members.append(JSONMember(name: "revoked_at", value: .integer(revokedAt))) }
    if let isConnected { members.append(JSONMember(name: "connected", value: .bool(isConnected))) }
    return .object(members)
  }
}
