import HolonConfig
import HolonRouting
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

  var identification: ChildIdentification
  private(set) var chains: ChainVerification
  var replays = ReplayGuard()
  var policy: ChildrenConfiguration { identification.policy }

  init(_ policy: ChildrenConfiguration, access: ChildAccess) {
    identification = ChildIdentification(policy: policy, access: access)
    chains = policy.chainVerification
  }

  /// Takes new credentials over; what was seen stays seen.
  mutating func adopt(_ policy: ChildrenConfiguration) {
    identification.policy = policy
    chains = policy.chainVerification
  }

  /// The tokens that were issued here, and who is shut out.
  var access: ChildAccess {
    get { identification.access }
    set { identification.access = newValue }
  }

  func identify(_ credentials: Credentials, at unixSeconds: Int) throws(CallFailure) -> Identity {
    try identification.identify(credentials, at: unixSeconds)
  }
}
