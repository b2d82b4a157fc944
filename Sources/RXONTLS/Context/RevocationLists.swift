import COpenSSL

/// The certificate revocation lists of a file.
final class RevocationLists: Sendable {
  private let lists: [OpenSSLObject]

  /// When the first of them is outdated, in seconds since 1970.
  let outdatedFrom: Int64?

  init(_ path: String) throws(TLSConfigurationError) {
    lists = try CredentialFile(path, for: .revocationList).revocationLists()
    outdatedFrom = lists.compactMap { TLSCertificate.seconds(X509_CRL_get0_nextUpdate($0.pointer)) }.min()
  }

  func install(in context: OpaquePointer) {
    let store = SSL_CTX_get_cert_store(context)
    for list in lists {
      X509_STORE_add_crl(store, list.pointer)
    }
    // For authorities a missing list is forgiven, see ``Verification``.
    X509_VERIFY_PARAM_set_flags(
      SSL_CTX_get0_param(context), UInt(X509_V_FLAG_CRL_CHECK) | UInt(X509_V_FLAG_CRL_CHECK_ALL))
  }
}
