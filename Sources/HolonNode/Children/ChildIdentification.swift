import HolonConfig
import RXON
import RXONSignatures

/// Decides who a caller is (protocol §4): by its certificate, else by a token, as the configuration has it.
struct ChildIdentification {
  var policy: ChildrenConfiguration
  var access: ChildAccess
  private var recent = RecentAccessTokens()

  init(policy: ChildrenConfiguration, access: ChildAccess) {
    self.policy = policy
    self.access = access
  }

  typealias Identity = ChildAuthenticator.Identity

  /// - Throws: a refusal with 401 for an expired access token, else with 403; 400 for what is no worker id.
  func identify(_ credentials: Credentials, at unixSeconds: Int) throws(CallFailure) -> Identity {
    let identity = try identityOf(credentials, at: unixSeconds)
    try expectNotRevoked(identity.workerID)
    return identity
  }

  private func expectNotRevoked(_ workerID: String) throws(CallFailure) {
    guard !access.isRevoked(workerID) else {
      throw CallFailure(status: 403, "Forbidden: this worker was revoked")
    }
  }

  private func identityOf(_ credentials: Credentials, at unixSeconds: Int) throws(CallFailure) -> Identity {
    let claimed = credentials.workerID
    if let claimed, !Identifier.isStrictlyValid(claimed) {
      throw CallFailure(status: 400, "Invalid worker id: use 1 to 128 letters, digits, '-' and '_'")
    }
    if admitsAnyone {
      // Workers present some token also where none is asked for.
      return Identity(workerID: try Self.require(claimed), secrets: [], proof: .none)
    }
    let presented = credentials.token.flatMap { $0.isEmpty ? nil : $0 }
    if let certificate = certificate(of: credentials) {
      let workerID = try workerID(named: claimed, by: certificate, at: unixSeconds)
      try expectNotRevoked(workerID)
      let secrets = try secrets(of: workerID, certifiedWith: presented, at: unixSeconds)
      return Identity(workerID: workerID, secrets: secrets, proof: .certificate)
    }
    guard policy.authentication != .mtlsOnly else {
      throw CallFailure(status: 403, "Forbidden: a client certificate is needed here (children.auth is mtls-only)")
    }
    guard let presented else {
      throw CallFailure(status: 403, "Forbidden: the worker token is missing (X-Worker-Token)")
    }
    return try identify(claimed, by: presented, at: unixSeconds)
  }

  /// What nobody needs to prove ends with the first token that is issued.
  private var admitsAnyone: Bool {
    policy.admitsAnyone && (policy.authentication == .openToAnyone || !access.hasTokens)
  }

  private static func require(_ claimed: String?) throws(CallFailure) -> String {
    guard let claimed else {
      throw CallFailure(status: 403, "Forbidden: no worker id was given (X-Worker-ID)")
    }
    return claimed
  }

  // MARK: Certificates

  private func certificate(of credentials: Credentials) -> ClientCertificate? {
    policy.authentication == .tokenOnly ? nil : credentials.certificate
  }

  private func workerID(
    named claimed: String?, by certificate: ClientCertificate, at unixSeconds: Int
  ) throws(CallFailure) -> String {
    // A connection may outlive the certificate that it began with.
    guard certificate.expires > unixSeconds else {
      throw CallFailure(status: 403, "Forbidden: the client certificate has expired; renew it and connect anew")
    }
    let names = certificate.workerIDs(by: policy.certificateIdentity)
    guard let first = names.first else {
      throw CallFailure(
        status: 403,
        "Forbidden: the client certificate names no worker: \(policy.certificateIdentity.description) is a worker id")
    }
    guard let claimed else {
      guard Set(names).count == 1 else {
        throw CallFailure(
          status: 403, "Forbidden: the client certificate names several workers; say which one calls (X-Worker-ID)")
      }
      return first
    }
    guard names.contains(claimed) else {
      throw CallFailure(status: 403, "Forbidden: the client certificate is not that of worker \(claimed)")
    }
    return claimed
  }

  /// The certificate says who calls. A token beside it can only serve for signatures, and must not be another's.
  private func secrets(
    of workerID: String, certifiedWith presented: String?, at unixSeconds: Int
  ) throws(CallFailure) -> [HMACSecret] {
    let configured = configuredSecrets(of: workerID)
    guard let presented else { return configured }
    switch accessTokens.inspect(presented, kind: .access, at: unixSeconds) {
    case .valid(let owner):
      guard owner.workerID == workerID else { throw Self.anothersToken }
      return configured + secrets(of: owner, presenting: presented, at: unixSeconds)
    case .expired(let owner):
      throw owner.workerID == workerID ? Self.expiredToken : Self.anothersToken
    case .foreign:
      // It signs with a token that is void, and a refresh gives it a good one.
      if AccessTokens.resembles(presented) { throw Self.voidToken }
      return access.accepts(presented, of: workerID) ? configured + [HMACSecret(presented)] : configured
    }
  }

  // MARK: Tokens

  private func identify(
    _ claimed: String?, by presented: String, at unixSeconds: Int
  ) throws(CallFailure) -> Identity {
    switch accessTokens.inspect(presented, kind: .access, at: unixSeconds) {
    case .valid(let owner):
      guard claimed == nil || claimed == owner.workerID else { throw Self.anothersToken }
      guard !owner.isCertified else { throw Self.uncertifiedToken }
      let secrets =
        configuredSecrets(of: owner.workerID) + secrets(of: owner, presenting: presented, at: unixSeconds)
      return Identity(workerID: owner.workerID, secrets: secrets, proof: .token)
    case .expired(let owner):
      throw claimed == nil || claimed == owner.workerID ? Self.expiredToken : Self.anothersToken
    case .foreign:
      break
    }
    let workerID = try Self.require(claimed)
    if access.accepts(presented, of: workerID) {
      let secrets = [HMACSecret(presented)] + configuredSecrets(of: workerID)
      return Identity(workerID: workerID, secrets: secrets, proof: .token)
    }
    guard let expected = configuredToken(of: workerID), constantTimeEquals(presented, expected) else {
      throw CallFailure(status: 403, "Forbidden: the worker token is wrong")
    }
    return Identity(workerID: workerID, secrets: [HMACSecret(expected)], proof: .token)
  }

  /// The token that the configuration has for a child. The global one does not serve for a child with a token of its
  /// own, wherever that came from.
  private func configuredToken(of workerID: String) -> String? {
    (policy.tokens[workerID] ?? (access.hasToken(workerID) ? nil : policy.token))?.exposed
  }

  private func configuredSecrets(of workerID: String) -> [HMACSecret] {
    configuredToken(of: workerID).map { [HMACSecret($0)] } ?? []
  }

  // MARK: Access tokens

  private var accessTokens: AccessTokens {
    AccessTokens(
      access: access, accessLife: Int(policy.accessTokenLife.components.seconds),
      refreshLife: Int(policy.refreshTokenLife.components.seconds), secretOf: configuredToken(of:))
  }

  /// The access token that a call presents, and those before it with which a client may still sign.
  private func secrets(
    of owner: AccessTokens.Owner, presenting presented: String, at unixSeconds: Int
  ) -> [HMACSecret] {
    [HMACSecret(presented)] + recentTokens(of: owner, at: unixSeconds).filter { $0 != presented }.map(HMACSecret.init)
  }

  private func recentTokens(of owner: AccessTokens.Owner, at unixSeconds: Int) -> [String] {
    let tokens = accessTokens
    return recent.ends(of: owner, life: tokens.accessLife, at: unixSeconds)
      .compactMap { tokens.accessToken(of: owner, ending: $0) }
  }

  /// Who speaks on a command channel. Its credentials were good when it was opened, and count while it is open; its
  /// child signs with the access tokens that it was given since.
  func identify(
    onChannelOpenedAt openedAt: Int, with credentials: Credentials, at unixSeconds: Int
  ) throws(CallFailure) -> Identity {
    var identity = try identify(credentials, at: openedAt)
    guard identity.proof != .none else { return identity }
    let owner = AccessTokens.Owner(workerID: identity.workerID, isCertified: identity.proof == .certificate)
    identity.secrets += recentTokens(of: owner, at: unixSeconds).map(HMACSecret.init)
    return identity
  }

  mutating func issueToken(to identity: Identity, at unixSeconds: Int) throws(CallFailure) -> TokenResponse {
    guard identity.proof != .none else {
      throw CallFailure(status: 403, "Forbidden: this node issues no access tokens to workers that prove nothing")
    }
    return try issueToken(
      to: AccessTokens.Owner(workerID: identity.workerID, isCertified: identity.proof == .certificate),
      at: unixSeconds)
  }

  private mutating func issueToken(
    to owner: AccessTokens.Owner, at unixSeconds: Int
  ) throws(CallFailure) -> TokenResponse {
    guard let token = accessTokens.issue(to: owner, at: unixSeconds) else {
      throw CallFailure(status: 500, "The access token could not be made")
    }
    recent.note(owner, ends: unixSeconds + token.expiresIn)
    return token
  }

  /// Gives new tokens for a refresh token, or for a certificate: whoever has that needs no refresh token, and the
  /// reference client, once it has one, asks for tokens in no other way.
  mutating func refresh(
    _ refreshToken: String, by credentials: Credentials, at unixSeconds: Int
  ) throws(CallFailure) -> TokenResponse {
    if !admitsAnyone, let certificate = certificate(of: credentials) {
      let workerID = try workerID(named: credentials.workerID, by: certificate, at: unixSeconds)
      try expectNotRevoked(workerID)
      if case .valid(let owner) = accessTokens.inspect(refreshToken, kind: .refresh, at: unixSeconds),
        owner.workerID != workerID
      {
        throw Self.anothersToken
      }
      return try issueToken(to: AccessTokens.Owner(workerID: workerID, isCertified: true), at: unixSeconds)
    }
    guard case .valid(let owner) = accessTokens.inspect(refreshToken, kind: .refresh, at: unixSeconds),
      !access.isRevoked(owner.workerID)
    else {
      throw CallFailure(status: 403, "Forbidden: the refresh token is unknown, revoked or expired")
    }
    guard !owner.isCertified, policy.authentication != .mtlsOnly else { throw Self.uncertifiedToken }
    return try issueToken(to: owner, at: unixSeconds)
  }

  private static let anothersToken = CallFailure(status: 403, "This access token belongs to another worker")
  private static let expiredToken = CallFailure(
    status: 401, "Unauthorized: the access token has expired; refresh it")
  private static let voidToken = CallFailure(
    status: 401, "Unauthorized: the access token does not count any more; refresh it")
  private static let uncertifiedToken = CallFailure(
    status: 403, "Forbidden: this token serves with the client certificate of its worker only")
}
