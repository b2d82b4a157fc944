/// How a server speaks TLS.
public struct TLSServerOptions: Sendable, Hashable {
  public var identity: TLSIdentity

  public var clientCertificates: ClientCertificatePolicy

  /// Who may have issued the clients' certificates; needed unless clients are not asked for one.
  public var clientTrust: TLSTrust?

  /// The path of a PEM file with certificate revocation lists. A client whose issuer has no list in it, or an outdated
  /// one, is refused; authorities above are checked as far as there are lists of their issuers.
  public var revocationList: String?

  public var minimumVersion: TLSVersion

  /// ALPN (RFC 7301), the preferred first. A client that knows none of them is served without.
  public var applicationProtocols: [String]

  /// A client that has not finished the handshake by then is disconnected.
  public var handshakeTimeout: Duration

  public init(
    identity: TLSIdentity, clientCertificates: ClientCertificatePolicy = .none, clientTrust: TLSTrust? = nil,
    revocationList: String? = nil, minimumVersion: TLSVersion = .v12, applicationProtocols: [String] = ["http/1.1"],
    handshakeTimeout: Duration = .seconds(10)
  ) {
    self.identity = identity
    self.clientCertificates = clientCertificates
    self.clientTrust = clientTrust
    self.revocationList = revocationList
    self.minimumVersion = minimumVersion
    self.applicationProtocols = applicationProtocols
    self.handshakeTimeout = handshakeTimeout
  }
}
