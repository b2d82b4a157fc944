import HolonConfig
import RXON
import RXONSignatures

/// Decides who a caller is and whether what it says is its own (protocol §3 and §4).
struct ChildAuthenticator {
  /// A caller that presented good credentials.
  struct Identity {
    var workerID: String
    /// The secrets under which its messages may be signed: the configured one first, then the access token that this
    /// very request presented (the reference worker signs with it, protocol §7).
    var secrets: [HMACSecret]
  }

  private(set) var policy: ChildrenConfiguration
  private(set) var chains: ChainVerification
  private var accessTokens: AccessTokens
  var replays = ReplayGuard()

  init(_ policy: ChildrenConfiguration) {
    self.policy = policy
    chains = policy.chainVerification
    accessTokens = AccessTokens(secretOf: policy.secret(of:))
  }

  /// Takes new credentials over; what was seen stays seen.
  mutating func adopt(_ policy: ChildrenConfiguration) {
    self.policy = policy
    chains = policy.chainVerification
    accessTokens = AccessTokens(secretOf: policy.secret(of:))
  }

  // MARK: Who is it

  func identify(_ credentials: Credentials, at unixSeconds: Int) throws(CallFailure) -> Identity {
    // Workers present some token also where none is asked for.
    guard let presented = credentials.token, !presented.isEmpty, !policy.admitsAnyone else {
      return try identifyWithoutToken(credentials)
    }
    switch accessTokens.inspect(presented, kind: .access, at: unixSeconds) {
    case .valid(let workerID):
      guard credentials.workerID == nil || credentials.workerID == workerID else {
        throw CallFailure(status: 403, "This access token belongs to another worker")
      }
      return Identity(workerID: workerID, secrets: secrets(of: workerID, presented: presented))
    case .expired:
      throw CallFailure(status: 401, "Unauthorized: the access token has expired; refresh it")
    case .foreign:
      break
    }
    guard let workerID = credentials.workerID else {
      throw CallFailure(status: 403, "Forbidden: no worker id was given (X-Worker-ID)")
    }
    guard Identifier.isStrictlyValid(workerID) else {
      throw CallFailure(status: 400, "Invalid worker id: use 1 to 128 letters, digits, '-' and '_'")
    }
    guard let expected = policy.secret(of: workerID), constantTimeEquals(presented, expected) else {
      throw CallFailure(status: 403, "Forbidden: the worker token is wrong")
    }
    return Identity(workerID: workerID, secrets: [HMACSecret(expected)])
  }

  private func identifyWithoutToken(_ credentials: Credentials) throws(CallFailure) -> Identity {
    guard policy.admitsAnyone, let workerID = credentials.workerID else {
      throw CallFailure(status: 403, "Forbidden: the worker token is missing (X-Worker-Token)")
    }
    guard Identifier.isStrictlyValid(workerID) else {
      throw CallFailure(status: 400, "Invalid worker id: use 1 to 128 letters, digits, '-' and '_'")
    }
    return Identity(workerID: workerID, secrets: [])
  }

  private func secrets(of workerID: String, presented: String) -> [HMACSecret] {
    (policy.secret(of: workerID).map { [HMACSecret($0)] } ?? []) + [HMACSecret(presented)]
  }

  // MARK: Access tokens

  func issueToken(to workerID: String, at unixSeconds: Int) throws(CallFailure) -> TokenResponse {
    guard let token = accessTokens.issue(to: workerID, at: unixSeconds) else {
      throw CallFailure(status: 403, "Forbidden: this node issues no access tokens without a configured token")
    }
    return token
  }

  func refresh(_ refreshToken: String, at unixSeconds: Int) throws(CallFailure) -> TokenResponse {
    guard case .valid(let workerID) = accessTokens.inspect(refreshToken, kind: .refresh, at: unixSeconds) else {
      throw CallFailure(status: 403, "Forbidden: the refresh token is unknown or expired")
    }
    return try issueToken(to: workerID, at: unixSeconds)
  }
}
