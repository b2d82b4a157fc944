import COpenSSL

/// What all connections of a client share: its trust, its identity, and the sessions to resume. Its settings never
/// change; whoever wants other files read makes another context, which begins without sessions.
public final class TLSClientContext: Sendable {
  public let options: TLSClientOptions

  let context: SSLContext
  let sessions = SessionCache()

  /// The client's own chain as it was read; empty without an identity.
  public var certificates: [TLSCertificate] { context.certificates }

  /// Reads all files. Blocks.
  public init(_ options: TLSClientOptions = TLSClientOptions()) throws(TLSConfigurationError) {
    if let serverName = options.serverName, ServerName(serverName) == nil {
      throw TLSConfigurationError(
        .invalidOptions, "the server name '\(serverName)' is no host name or address; \(ServerName.rule)")
    }
    self.options = options
    context = try SSLContext(
      .client, identity: options.identity, trust: options.trust, revocationList: options.revocationList,
      minimumVersion: options.minimumVersion, applicationProtocols: options.applicationProtocols)
    SSL_CTX_set_verify(context.pointer, SSL_VERIFY_PEER, Verification.callback)
    SessionCache.install(in: context.pointer)
  }
}
