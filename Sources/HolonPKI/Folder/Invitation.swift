import RXON
import RXONSignatures

/// What an authority remembers of an invitation: whom it is for and until when, never its token.
public struct Invitation: Sendable, Hashable {
  public var names: SubjectNames
  /// Unix seconds.
  public var expires: Int
  /// The fingerprint of the key that took it up; nil while it is open.
  public var claimedBy: String?

  /// The token's stand-in: whoever reads the folder cannot take the invitation up.
  static func fileName(ofToken token: String) -> String {
    "\(SHA256Digest.hex(Array(token.utf8))).json"
  }

  public var json: RawJSON {
    .object([
      "id": .string(names.id), "dns": .strings(names.dns), "ip": .strings(names.ip), "expires": .integer(expires),
      "claimed_by": claimedBy.map(RawJSON.string) ?? .null,
    ])
  }

  init(names: SubjectNames, expires: Int) {
    self.names = names
    self.expires = expires
  }

  init(_ json: RawJSON, path: String) throws(PKIFailure) {
    guard let expires = json["expires"]?.integerValue, let names = try SubjectNames(record: json) else {
      throw .unreadableRecord(path)
    }
    self.names = names
    self.expires = expires
    claimedBy = json["claimed_by"]?.stringValue
  }
}
