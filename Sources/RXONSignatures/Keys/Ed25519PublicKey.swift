import COpenSSL

/// An Ed25519 public key (RFC 8032). Thread-safe.
public struct Ed25519PublicKey: Verifier {
  static let byteCount = 32
  static let signatureByteCount = 64

  private let handle: KeyHandle

  /// - Parameter pem: a SubjectPublicKeyInfo.
  public init(pem: String) throws(SignatureError) {
    handle = try KeyHandle.ed25519(pem: pem) { PEM_read_bio_PUBKEY($0, nil, refusePassword, nil) }
  }

  init(of privateKey: KeyHandle) throws(SignatureError) {
    OpenSSLErrorQueue.clear()
    var length = Self.byteCount
    var raw = [UInt8](repeating: 0, count: length)
    guard EVP_PKEY_get_raw_public_key(privateKey.key, &raw, &length) == 1,
      let key = EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nil, raw, length)
    else { throw .unavailable(OpenSSLErrorQueue.takeMessage()) }
    handle = KeyHandle(owning: key)
  }

  public func verifies(_ signature: String, over canonical: [UInt8]) -> Bool {
    guard let signature = bytes(hexadecimal: signature), signature.count == Self.signatureByteCount else {
      return false
    }
    OpenSSLErrorQueue.clear()
    // A wrong signature leaves its trace in the queue.
    defer { OpenSSLErrorQueue.clear() }
    guard let context = EVP_MD_CTX_new() else { return false }
    defer { EVP_MD_CTX_free(context) }
    return EVP_DigestVerifyInit(context, nil, nil, nil, handle.key) == 1
      && EVP_DigestVerify(context, signature, signature.count, canonical, canonical.count) == 1
  }
}
