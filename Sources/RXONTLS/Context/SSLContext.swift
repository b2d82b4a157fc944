import COpenSSL

/// An `SSL_CTX`: what the connections of one side share. Filled when it is made, not changed afterwards; OpenSSL lets
/// any number of threads make connections of it.
final class SSLContext: Sendable {
  enum Side {
    case server
    case client
  }

  let side: Side

  /// The own chain, as it was read.
  let certificates: [TLSCertificate]

  let applicationProtocols: ApplicationProtocols
  let pinnedAuthority: PinnedAuthority?
  let revocationLists: RevocationLists?
  private let handle: OpenSSLObject

  var pointer: OpaquePointer { handle.pointer }

  init(
    _ side: Side, identity: TLSIdentity?, trust: TLSTrust?, revocationList: String?, minimumVersion: TLSVersion,
    applicationProtocols: [String]
  ) throws(TLSConfigurationError) {
    OpenSSLErrors.clear()
    self.side = side
    self.applicationProtocols = try ApplicationProtocols(applicationProtocols)
    pinnedAuthority = if let trust { try PinnedAuthority(trust) } else { nil }
    revocationLists = if let revocationList { try RevocationLists(revocationList) } else { nil }
    guard let pointer = SSL_CTX_new(side == .server ? TLS_server_method() : TLS_client_method()) else {
      throw TLSConfigurationError(
        .internal, "OpenSSL refuses to begin (\(OpenSSLErrors.takeText())); check openssl.cnf and the providers")
    }
    handle = OpenSSLObject(owning: pointer) { SSL_CTX_free($0) }
    try Hardening.apply(to: pointer, minimumVersion: minimumVersion)
    certificates = if let identity { try IdentityInstallation.install(identity, in: pointer) } else { [] }
    if let trust { try TrustInstallation.install(trust, in: pointer, side: side) }
    revocationLists?.install(in: pointer)
    pinnedAuthority?.install(in: pointer)
    self.applicationProtocols.install(in: pointer, side: side)
  }
}
