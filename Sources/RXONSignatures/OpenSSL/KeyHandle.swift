import COpenSSL

/// An asymmetric key of OpenSSL's.
final class KeyHandle: Sendable {
  // Never changed after its creation; OpenSSL lets any number of threads use such a key.
  nonisolated(unsafe) let key: OpaquePointer

  /// Takes ownership of `key`.
  init(owning key: OpaquePointer) {
    self.key = key
  }

  deinit {
    EVP_PKEY_free(key)
  }

  /// Reads an Ed25519 key from PEM text. An encrypted key is an error.
  static func ed25519(pem: String, read: (OpaquePointer) -> OpaquePointer?) throws(SignatureError) -> KeyHandle {
    OpenSSLErrorQueue.clear()
    let text = Array(pem.utf8)
    guard let length = Int32(exactly: text.count) else { throw .invalidKey("the PEM text is too long") }
    let key = text.withUnsafeBytes { buffer -> OpaquePointer? in
      guard let bio = BIO_new_mem_buf(buffer.baseAddress, length) else { return nil }
      defer { BIO_free(bio) }
      return read(bio)
    }
    guard let key else { throw .invalidKey("no PEM key: \(OpenSSLErrorQueue.takeMessage())") }
    let handle = KeyHandle(owning: key)
    guard EVP_PKEY_get_base_id(key) == EVP_PKEY_ED25519 else { throw .invalidKey("it is not an Ed25519 key") }
    return handle
  }
}

/// Answers OpenSSL's question for a password; without it OpenSSL would ask at the terminal.
func refusePassword(
  _ buffer: UnsafeMutablePointer<CChar>?, _ size: Int32, _ writing: Int32, _ context: UnsafeMutableRawPointer?
) -> Int32 {
  -1
}
