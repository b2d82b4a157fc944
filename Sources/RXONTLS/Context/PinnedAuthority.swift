import COpenSSL

/// The digest of the one certificate that a chain may end in.
final class PinnedAuthority: Sendable {
  let fingerprint: [UInt8]

  /// - Returns: nil for other kinds of trust.
  init?(_ trust: TLSTrust) throws(TLSConfigurationError) {
    guard case .authority(let fingerprint) = trust else { return nil }
    guard fingerprint.count == CertificateDigest.byteCount else {
      throw TLSConfigurationError(
        .invalidOptions,
        "an authority's fingerprint has \(CertificateDigest.byteCount) bytes (SHA-256), this one \(fingerprint.count); "
          + "copy it again")
    }
    self.fingerprint = fingerprint
  }

  /// The context must not outlive this.
  func install(in context: OpaquePointer) {
    SSL_CTX_set_cert_verify_callback(
      context,
      { store, argument in
        guard let store, let argument else { return 0 }
        return Unmanaged<PinnedAuthority>.fromOpaque(argument).takeUnretainedValue().verify(store) ? 1 : 0
      }, Unmanaged.passUnretained(self).toOpaque())
  }

  /// Verifies as OpenSSL does, with the pinned certificate of the peer's own chain as the only one to believe.
  private func verify(_ store: OpaquePointer) -> Bool {
    guard let authority = authority(among: X509_STORE_CTX_get0_untrusted(store)),
      let trusted = OPENSSL_sk_new_null()
    else {
      X509_STORE_CTX_set_error(store, X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY)
      return false
    }
    defer { OPENSSL_sk_free(trusted) }
    guard OPENSSL_sk_push(trusted, UnsafeRawPointer(authority)) > 0 else {
      X509_STORE_CTX_set_error(store, X509_V_ERR_OUT_OF_MEM)
      return false
    }
    X509_STORE_CTX_set0_trusted_stack(store, trusted)
    return X509_verify_cert(store) > 0
  }

  private func authority(among chain: OpaquePointer?) -> OpaquePointer? {
    guard let chain else { return nil }
    for index in 0..<max(0, OPENSSL_sk_num(chain)) {
      guard let certificate = OPENSSL_sk_value(chain, index).map({ OpaquePointer($0) }) else { continue }
      if CertificateDigest(of: certificate)?.bytes == fingerprint { return certificate }
    }
    return nil
  }
}
