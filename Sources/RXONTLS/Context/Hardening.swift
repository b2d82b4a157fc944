import COpenSSL

/// What every context gets, whatever its options. The system's policy (openssl.cnf) is narrowed, never widened.
enum Hardening {
  static func apply(to context: OpaquePointer, minimumVersion: TLSVersion) throws(TLSConfigurationError) {
    SSL_CTX_set_options(context, COpenSSL_hardening)
    // The chain is sent as it was configured. OpenSSL would add to it, and search for what to add at each handshake.
    COpenSSL_CTX_set_mode(context, Int(SSL_MODE_RELEASE_BUFFERS) | Int(SSL_MODE_NO_AUTO_CHAIN))
    let version = max(COpenSSL_CTX_get_min_version(context), Int32(minimumVersion.rawValue))
    guard COpenSSL_CTX_set_min_version(context, version) == 1 else {
      throw TLSConfigurationError(
        .internal, "OpenSSL does not know \(minimumVersion) (\(OpenSSLErrors.takeText())); lower the minimum version")
    }
    keepForwardSecretCiphers(in: context)
  }

  /// Of the ciphers for TLS 1.2, keeps those with authenticated encryption and fresh keys (RFC 9325, section 4.2).
  private static func keepForwardSecretCiphers(in context: OpaquePointer) {
    guard let allowed = SSL_CTX_get_ciphers(context) else { return }
    var names: [String] = []
    for index in 0..<max(0, OPENSSL_sk_num(allowed)) {
      guard let cipher = OPENSSL_sk_value(allowed, index).map({ OpaquePointer($0) }),
        SSL_CIPHER_is_aead(cipher) == 1, SSL_CIPHER_get_kx_nid(cipher) == NID_kx_ecdhe,
        let name = SSL_CIPHER_get_name(cipher)
      else { continue }
      names.append(String(cString: name))
    }
    // A policy may leave none of them. It is followed then.
    guard !names.isEmpty else { return }
    SSL_CTX_set_cipher_list(context, names.joined(separator: ":"))
  }
}
