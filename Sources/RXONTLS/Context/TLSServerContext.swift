import COpenSSL

/// What all connections of a server share: its certificate and key, and whom it believes. Never changes; whoever wants
/// other files read makes another context, and the sessions of the former one cannot be resumed with it.
public final class TLSServerContext: Sendable {
  public let options: TLSServerOptions

  let context: SSLContext

  /// The server's own chain as it was read.
  public var certificates: [TLSCertificate] { context.certificates }

  /// Reads all files. Blocks.
  public init(_ options: TLSServerOptions) throws(TLSConfigurationError) {
    try Self.check(options)
    self.options = options
    context = try SSLContext(
      .server, identity: options.identity, trust: options.clientTrust, revocationList: options.revocationList,
      minimumVersion: options.minimumVersion, applicationProtocols: options.applicationProtocols)
    SSL_CTX_set_verify(context.pointer, options.clientCertificates.verificationMode, Verification.callback)
    SessionTickets.install(in: context)
  }

  private static func check(_ options: TLSServerOptions) throws(TLSConfigurationError) {
    guard options.clientCertificates == .none else {
      if options.clientTrust == nil {
        throw TLSConfigurationError(
          .invalidOptions,
          "client certificates are \(options.clientCertificates.rawValue), and nothing says who may issue them; "
            + "name the file of that authority")
      }
      return
    }
    if options.clientTrust != nil || options.revocationList != nil {
      throw TLSConfigurationError(
        .invalidOptions,
        "clients are not asked for certificates, so that their authority and revocation list have no effect; "
          + "ask for certificates (optional, required), or leave these out")
    }
  }
}

extension ClientCertificatePolicy {
  fileprivate var verificationMode: Int32 {
    switch self {
    case .none: SSL_VERIFY_NONE
    case .optional: SSL_VERIFY_PEER
    case .required: SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT
    }
  }
}
