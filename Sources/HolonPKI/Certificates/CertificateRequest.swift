import COpenSSL

/// A request for a certificate (PKCS #10, RFC 2986): proof that its maker has the private key.
///
/// Nothing but the public key is taken from a request. Whom the certificate names is the authority's decision.
public struct CertificateRequest: Sendable {
  /// Bytes of PEM text; a longer request is refused.
  public static let sizeLimit = 16 << 10

  public let pem: String
  public let publicKey: PublicKey

  /// Makes a request that is signed with `key`.
  public init(id: String, key: PrivateKey) throws(PKIFailure) {
    let attempt = "make a certificate request"
    ERR_clear_error()
    let request = try expect(X509_REQ_new(), attempt)
    defer { X509_REQ_free(request) }
    let subject = try expect(X509_REQ_get_subject_name(request), attempt)
    try expect(
      X509_NAME_add_entry_by_NID(
        subject, NID_commonName, MBSTRING_UTF8, Array(id.utf8), Int32(clamping: id.utf8.count), -1, 0), attempt)
    try expect(X509_REQ_set_pubkey(request, key.handle.key), attempt)
    guard X509_REQ_sign(request, key.handle.key, EVP_sha256()) > 0 else { throw .openSSL(attempt) }
    pem = try MemoryText.writing(attempt) { PEM_write_bio_X509_REQ($0, request) }
    publicKey = key.publicKey
  }

  /// Reads a request of somebody else, and checks that it is signed with its own key.
  public init(pem: String) throws(PKIFailure) {
    guard pem.utf8.count <= Self.sizeLimit else {
      throw PKIFailure(.malformed, "the certificate request is longer than \(Self.sizeLimit) bytes")
    }
    ERR_clear_error()
    defer { ERR_clear_error() }
    guard let request = MemoryText.reading(pem, { PEM_read_bio_X509_REQ($0, nil, refusePassword, nil) }) else {
      throw PKIFailure(.malformed, "there is no certificate request in PEM form")
    }
    defer { X509_REQ_free(request) }
    guard let key = X509_REQ_get_pubkey(request) else {
      throw PKIFailure(.malformed, "the certificate request has no key that is known here")
    }
    publicKey = PublicKey(handle: KeyHandle(owning: key))
    guard publicKey.isStrongEnough else {
      throw PKIFailure(.malformed, "the key of the certificate request is too weak; use EC P-256 or RSA with 2048 bits")
    }
    guard X509_REQ_verify(request, key) == 1 else {
      throw PKIFailure(.malformed, "the certificate request is not signed with its own key")
    }
    self.pem = pem
  }
}
