import HolonConfig
import RXON
import RXONSignatures

/// Issues and checks the tokens that children use in place of their own credentials (protocol §4, STS).
///
/// A token carries its owner and its expiry under a digest by the node's key. So it survives a restart without being
/// stored. The digest covers the owner's configured token and the epoch of its access, so that a change of the one, a
/// new token or a revocation makes every earlier access token void.
struct AccessTokens {
  enum Kind: String {
    case access, refresh
  }

  struct Owner: Hashable {
    var workerID: String
    /// The owner came with a certificate in its name; the token serves beside such a one only.
    var isCertified: Bool
  }

  enum Verdict: Equatable {
    case valid(Owner)
    case expired(Owner)
    /// Not one of ours, or one of ours that was revoked.
    case foreign
  }

  private static let prefix = "holon2"

  /// Whether a token has the form of one that a Holon issues, be it good or not.
  static func resembles(_ token: String) -> Bool {
    token.hasPrefix("\(prefix).\(Kind.access.rawValue).")
  }

  let access: ChildAccess
  /// Seconds.
  let accessLife: Int
  let refreshLife: Int
  /// The token that the configuration has for a worker.
  let secretOf: (String) -> String?

  /// - Returns: nil when OpenSSL gives no digest.
  func issue(to owner: Owner, at unixSeconds: Int) -> TokenResponse? {
    guard
      let access = token(.access, owner, unixSeconds + accessLife),
      let refresh = token(.refresh, owner, unixSeconds + refreshLife)
    else { return nil }
    return TokenResponse(
      accessToken: access, expiresIn: accessLife, workerID: owner.workerID, refreshToken: refresh)
  }

  func inspect(_ token: String, kind: Kind, at unixSeconds: Int) -> Verdict {
    let parts = token.split(separator: ".", omittingEmptySubsequences: false)
    guard
      parts.count == 6, parts[0] == Self.prefix, parts[1] == kind.rawValue,
      let isCertified = ["b": false, "c": true][parts[3]], let expiry = Int(parts[4])
    else { return .foreign }
    let owner = Owner(workerID: String(parts[2]), isCertified: isCertified)
    guard let expected = self.token(kind, owner, expiry), constantTimeEquals(expected, token) else { return .foreign }
    return expiry > unixSeconds ? .valid(owner) : .expired(owner)
  }

  /// The access token of this owner that ends at this time.
  func accessToken(of owner: Owner, ending end: Int) -> String? {
    token(.access, owner, end)
  }

  private func token(_ kind: Kind, _ owner: Owner, _ expiry: Int) -> String? {
    let bond = owner.isCertified ? "c" : "b"
    let claim = "\(Self.prefix).\(kind.rawValue).\(owner.workerID).\(bond).\(expiry)"
    let circumstances = "\(access.epoch(of: owner.workerID))\n\(secretOf(owner.workerID) ?? "")"
    let digest = try? access.key.signature(of: Array("access\n\(claim)\n\(circumstances)".utf8))
    return digest.map { "\(claim).\($0)" }
  }
}
