/// How a client speaks TLS.
public struct TLSClientOptions: Sendable, Hashable {
  public var trust: TLSTrust

  /// What the client shows to a server that asks.
  public var identity: TLSIdentity?

  /// The path of a PEM file with certificate revocation lists. A server whose issuer has no list in it, or an outdated
  /// one, is refused; authorities above are checked as far as there are lists of their issuers.
  public var revocationList: String?

  /// The name or address that the server's certificate must have, and the name to ask for (SNI), in place of the host
  /// that is dialled.
  public var serverName: String?

  public var minimumVersion: TLSVersion

  /// ALPN (RFC 7301), the preferred first.
  public var applicationProtocols: [String]

  /// A server that has not finished the handshake by then is given up.
  public var handshakeTimeout: Duration

  public init(
    trust: TLSTrust = .system, identity: TLSIdentity? = nil, revocationList: String? = nil, serverName: String? = nil,
    minimumVersion: TLSVersion = .v12, applicationProtocols: [String] = ["http/1.1"],
    handshakeTimeout: Duration = .seconds(10)
  ) {
    self.trust = trust
    self.identity = identity
    self.revocationList = revocationList
    self.serverName = serverName
    self.minimumVersion = minimumVersion
    self.applicationProtocols = applicationProtocols
    self.handshakeTimeout = handshakeTimeout
  }
}
