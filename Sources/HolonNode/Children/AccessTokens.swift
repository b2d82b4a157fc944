import RXON
import RXONSignatures

/// Issues and checks the tokens that children use in place of their configured one (protocol §4, STS).
///
/// A token carries its owner and its expiry under a keyed digest of the owner's configured token. So it survives a
/// restart without being stored, and a change of the configured token revokes it.
struct AccessTokens {
  enum Kind: String {
    case access, refresh

    /// Seconds.
    var lifetime: Int {
      switch self {
      case .access: 3600
      case .refresh: 86_400
      }
    }
  }

  enum Verdict: Equatable {
    case valid(workerID: String)
    case expired
    /// Not one of ours.
    case foreign
  }

  private static let prefix = "holon1"
  private let secretOf: (String) -> String?

  init(secretOf: @escaping (String) -> String?) {
    self.secretOf = secretOf
  }

  func issue(to workerID: String, at unixSeconds: Int) -> TokenResponse? {
    guard
      let access = token(.access, workerID, unixSeconds + Kind.access.lifetime),
      let refresh = token(.refresh, workerID, unixSeconds + Kind.refresh.lifetime)
    else { return nil }
    return TokenResponse(
      accessToken: access, expiresIn: Kind.access.lifetime, workerID: workerID, refreshToken: refresh)
  }

  func inspect(_ token: String, kind: Kind, at unixSeconds: Int) -> Verdict {
    let parts = token.split(separator: ".", omittingEmptySubsequences: false)
    guard
      parts.count == 5, parts[0] == Self.prefix, parts[1] == kind.rawValue, let expiry = Int(parts[3]),
      let expected = self.token(kind, String(parts[2]), expiry), constantTimeEquals(expected, token)
    else { return .foreign }
    return expiry > unixSeconds ? .valid(workerID: String(parts[2])) : .expired
  }

  private func token(_ kind: Kind, _ workerID: String, _ expiry: Int) -> String? {
    guard let secret = secretOf(workerID) else { return nil }
    let claim = "\(Self.prefix).\(kind.rawValue).\(workerID).\(expiry)"
    let key = HMACSecret("access tokens of \(secret)")
    return (try? key.signature(of: Array(claim.utf8))).map { "\(claim).\($0)" }
  }
}
