import HolonConfig
import RXON
import RXONSignatures

/// Decides who a caller is and whether what it says is its own (protocol §3 and §4).
struct ChildAuthenticator {
  /// A caller that presented good credentials.
  struct Identity {
    var workerID: String
    /// The secrets under which its messages may be signed: its configured token, and the token that this very request
    /// presented, once that proved to be its own (the reference worker signs with its access token, protocol §7).
    var secrets: [HMACSecret]
    var proof: Proof
  }

  /// What an identity was believed for.
  enum Proof {
    case certificate, token
    /// Whoever can connect is admitted.
    case none
  }

  private(set) var identification: ChildIdentification
  private var replays = ReplayGuard()
  private var policy: ChildrenConfiguration { identification.policy }

  init(_ policy: ChildrenConfiguration, access: ChildAccess) {
    identification = ChildIdentification(policy: policy, access: access)
  }

  /// Takes new credentials over; what was seen stays seen.
  mutating func adopt(_ policy: ChildrenConfiguration) {
    identification.policy = policy
  }

  /// The tokens that were issued here, and who is shut out.
  var access: ChildAccess {
    get { identification.access }
    set { identification.access = newValue }
  }

  // MARK: Who is it

  func identify(_ credentials: Credentials, at unixSeconds: Int) throws(CallFailure) -> Identity {
    try identification.identify(credentials, at: unixSeconds)
  }

  // MARK: Is it its own word

  /// What a signed body says of itself.
  struct Claim {
    var workerID: String?
    var timestamp: Int?
    var security: SecurityContext?
    /// `event_id` for events; otherwise the signature itself serves.
    var nonce: String?
    var ignoredFields: [String] = []
    /// A second identical message is no attack but a re-send that wants the same answer.
    var isIdempotent = false
  }

  mutating func verify(
    _ claim: Claim, body: RawJSON, by identity: Identity, at unixSeconds: Int, uptime: Duration
  ) throws(CallFailure) {
    guard claim.workerID == nil || claim.workerID == identity.workerID else {
      throw CallFailure(status: 403, "Forbidden: the worker id of the body is not that of the caller")
    }
    guard policy.signatures != .off else { return }
    guard let signature = claim.security?.signature else {
      guard policy.signatures == .required else { return }
      throw CallFailure(status: 403, "Forbidden: the message is not signed", code: .security)
    }
    guard !identity.secrets.isEmpty else {
      // The certificate vouches for the connection; there is nothing to check the signature with.
      guard policy.signatures == .required else { return }
      throw CallFailure(
        status: 403,
        "Forbidden: this node knows no token of worker \(identity.workerID) to check its signature with; "
          + "give it one (holon children add), or set children.signatures: if-present",
        code: .security)
    }
    guard claim.security?.signerID == identity.workerID else {
      throw CallFailure(status: 403, "Forbidden: the signer is not the caller", code: .security)
    }
    guard let timestamp = claim.timestamp, ReplayGuard.isFresh(timestamp, at: unixSeconds) else {
      throw CallFailure(
        status: 403, "Forbidden: the timestamp is missing or more than \(ReplayGuard.freshness) s off",
        code: .security)
    }
    guard
      identity.secrets.contains(where: { secret in
        (try? PayloadSignature.verify(signature, of: body, with: secret, ignoring: claim.ignoredFields)) != nil
      })
    else {
      throw CallFailure(status: 403, "Forbidden: the signature is wrong", code: .security)
    }
    let isNew = replays.claim(claim.nonce ?? signature, of: identity.workerID, at: uptime)
    guard isNew || claim.isIdempotent else {
      throw CallFailure(
        status: 403, "Duplicate message detected (replay attack)", code: .security)
    }
  }
}
