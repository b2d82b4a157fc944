/// Why a peer's certificate is not accepted.
public enum CertificateRejection: String, Sendable, Hashable, CaseIterable {
  case expired
  case notYetValid = "not yet valid"
  case selfSigned = "self-signed"
  case unknownAuthority = "unknown authority"
  case revoked
  /// No current revocation list of its issuer, while lists are to be checked.
  case revocationUnknown = "revocation unknown"
  case wrongHost = "wrong host"
  /// A client's certificate shown by a server or the reverse, or an issuer that is no authority.
  case wrongPurpose = "wrong purpose"
  /// A key too short or a digest too old for the system's policy.
  case tooWeak = "too weak"
  case malformed
}
