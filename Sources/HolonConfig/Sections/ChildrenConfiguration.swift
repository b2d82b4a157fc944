/// What is asked of children, and when one counts as lost.
public struct ChildrenConfiguration: Sendable, Hashable {
  public var authentication: Authentication
  /// `auth` stands in the configuration: then credentials are asked for even where it holds none.
  public var isAuthenticationWritten: Bool
  /// Some listener checks client certificates.
  public var checksCertificates: Bool
  /// What of a client certificate names the child.
  public var certificateIdentity: CertificateIdentity
  /// Serves every child that has no token of its own.
  public var token: Secret?
  /// Tokens of single children, by worker id.
  public var tokens: [String: Secret]
  public var signatures: Verification
  /// How long an access token lasts, and a refresh token, after which the child needs its other credentials.
  public var accessTokenLife: Duration
  public var refreshTokenLife: Duration
  /// A child without a heartbeat this long is lost.
  public var timeout: Duration
  /// A child whose connections are closed is lost after this long.
  public var grace: Duration

  /// Whom the listeners admit.
  public enum Authentication: String, Sendable, Hashable, CaseIterable {
    /// Whoever proves its identity in any way that the listener offers.
    case mixed
    /// Whoever presents a token, whatever certificate it has.
    case tokenOnly = "token-only"
    /// Whoever has a client certificate in its name; tokens serve for signatures alone.
    case mtlsOnly = "mtls-only"
    /// Everybody who can connect, without any proof.
    case openToAnyone = "open-to-anyone"
  }

  /// Where a client certificate names its child.
  public enum CertificateIdentity: String, Sendable, Hashable, CaseIterable {
    /// The common name of the subject.
    case commonName = "cn"
    /// A DNS name among the subject alternative names.
    case dnsName = "dns"
    /// A URI among the subject alternative names: `rxon:ID` or `urn:rxon:ID`.
    case uri
  }

  /// Children have something to authenticate with: a token of the configuration, or a certificate.
  public var hasCredentials: Bool { hasTokens || checksCertificates }

  /// Whoever can connect is admitted: by explicit words, or where the configuration names no credentials at all.
  public var admitsAnyone: Bool {
    authentication == .openToAnyone || (!isAuthenticationWritten && !hasCredentials)
  }

  private var hasTokens: Bool { token != nil || !tokens.isEmpty }
}

extension ChildrenConfiguration {
  /// - Parameter checksCertificates: some listener checks client certificates.
  init(reading section: SectionReader, checksCertificates: Bool) {
    self.checksCertificates = checksCertificates
    isAuthenticationWritten = section.isWritten("auth")
    authentication = section.value(
      "auth", .word(), default: .mixed,
      "Whom to admit. `mixed`: by a client certificate in its name, else by a token; `token-only`: by a token; "
        + "`mtls-only`: by a certificate; `open-to-anyone`: whoever can connect.")
    certificateIdentity = section.value(
      "certificate_identity", .word(), default: .commonName,
      "What of a client certificate is the worker id: the subject's common name, a DNS name, or a URI `rxon:ID` or "
        + "`urn:rxon:ID` among the alternative names.")
    token = section.secret("token", "The token of every child that has none of its own.")
    tokens = section.secrets(
      "tokens", namedBy: .identifier, "The token of one child, by its worker id; the global one does not serve for it.")
    let signatures = section.optional(
      "signatures", ValueFormat<Verification>.word(),
      absent: "required; if-present with certificates alone; off where anyone is admitted",
      "Whether registrations, heartbeats, results and events of children must be signed with their token.")
    accessTokenLife = section.value(
      "access_token_life", .duration(in: .seconds(1) ... .seconds(7 * 86_400)), default: .seconds(3600),
      "How long an access token lasts that a child is given in place of its token.")
    refreshTokenLife = section.value(
      "refresh_token_life", .duration(in: .seconds(1) ... .seconds(365 * 86_400)), default: .seconds(86_400),
      "How long a child may renew its access token without its own credentials.")
    timeout = section.value(
      "timeout", .duration(in: .seconds(1) ... .seconds(86_400)), default: .seconds(45),
      "A child without a heartbeat this long is lost, and its tasks are offered again.")
    grace = section.value(
      "grace", .duration(in: .zero ... .seconds(3600)), default: .seconds(10),
      "A child whose connections are all closed is lost after this long.")
    self.signatures = .off
    self.signatures = signatures ?? usualSignatures
    report(signatures: signatures, in: section)
  }

  /// Whoever has a token can sign. A certificate vouches for the connection, and its child may have nothing that this
  /// node could check a signature with.
  private var usualSignatures: Verification {
    if admitsAnyone { return .off }
    let isByCertificateAlone = authentication == .mtlsOnly || (authentication == .mixed && checksCertificates)
    return !hasTokens && isByCertificateAlone ? .ifPresent : .required
  }

  private func report(signatures: Verification?, in section: SectionReader) {
    if admitsAnyone, let signatures, signatures != .off {
      section.reading.fault(
        at: section.place(of: "signatures"), "children.signatures is \(signatures.rawValue), but there is no token",
        remedy: "set children.token or children.tokens, or signatures: off")
    }
    if authentication == .openToAnyone, hasTokens {
      section.reading.fault(
        at: section.place(of: "auth"), "children.auth is open-to-anyone, but tokens are configured",
        remedy: "remove the tokens, or set auth: token-only")
    }
    if refreshTokenLife < accessTokenLife {
      section.reading.fault(
        at: section.place(of: "refresh_token_life"),
        "children.refresh_token_life is shorter than children.access_token_life, so refreshing would gain nothing",
        remedy: "make it longer than access_token_life")
    }
  }
}
