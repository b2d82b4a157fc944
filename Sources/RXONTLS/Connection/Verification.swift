import COpenSSL

/// What OpenSSL objected to in a peer's certificate chain.
struct Objection {
  /// One of `X509_V_ERR_…`.
  let code: Int32

  /// The certificate objected to.
  let certificate: TLSCertificate?

  /// Its place in the chain: 0 is the peer's own, above are its authorities.
  let depth: Int
}

/// Judges what OpenSSL finds while it verifies a chain.
enum Verification {
  /// An `SSL_verify_cb`.
  static let callback: @convention(c) (Int32, OpaquePointer?) -> Int32 = { isGood, store in
    guard isGood != 1, let store else { return isGood }
    return Verification.forgives(store) ? 1 : 0
  }

  private static func forgives(_ store: OpaquePointer) -> Bool {
    let code = X509_STORE_CTX_get_error(store)
    // Files of revocation lists seldom have those of the authorities' own issuers.
    let depth = X509_STORE_CTX_get_error_depth(store)
    if code == X509_V_ERR_UNABLE_TO_GET_CRL, depth > 0 {
      X509_STORE_CTX_set_error(store, X509_V_OK)
      return true
    }
    guard let ssl = X509_STORE_CTX_get_ex_data(store, SSL_get_ex_data_X509_STORE_CTX_idx()) else { return false }
    let certificate = X509_STORE_CTX_get_current_cert(store).flatMap { TLSCertificate($0) }
    TLSConnection.of(OpaquePointer(ssl))?.objection = Objection(
      code: code, certificate: certificate, depth: Int(depth))
    return false
  }
}
