import COpenSSL

/// An Ed25519 private key (RFC 8032). Thread-safe.
public struct Ed25519PrivateKey: Signer {
  private let handle: KeyHandle

  /// - Parameter pem: an unencrypted PKCS #8 key.
  public init(pem: String) throws(SignatureError) {
    handle = try KeyHandle.ed25519(pem: pem) { PEM_read_bio_PrivateKey($0, nil, refusePassword, nil) }
  }

  /// The key that checks what this one signs.
  public var publicKey: Ed25519PublicKey {
    get throws(SignatureError) { try Ed25519PublicKey(of: handle) }
  }

  public func signature(of canonical: [UInt8]) throws(SignatureError) -> String {
    OpenSSLErrorQueue.clear()
    guard let context = EVP_MD_CTX_new() else { throw .unavailable(OpenSSLErrorQueue.takeMessage()) }
    defer { EVP_MD_CTX_free(context) }
    var length = Ed25519PublicKey.signatureByteCount
    var signature = [UInt8](repeating: 0, count: length)
    guard EVP_DigestSignInit(context, nil, nil, nil, handle.key) == 1,
      EVP_DigestSign(context, &signature, &length, canonical, canonical.count) == 1
    else { throw .unavailable(OpenSSLErrorQueue.takeMessage()) }
    return hexadecimal(signature)
  }
}

extension Ed25519PrivateKey: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
  public var description: String { "Ed25519PrivateKey(redacted)" }
  public var debugDescription: String { description }
  public var customMirror: Mirror { Mirror(self, children: []) }
}
