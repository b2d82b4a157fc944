import COpenSSL

/// An HMAC-SHA256 context that keeps its key schedule between uses: setting the key up costs more than a small message.
struct KeyedMAC: ~Copyable {
  private let context: OpaquePointer

  init(key: [UInt8]) throws(SignatureError) {
    OpenSSLErrorQueue.clear()
    guard let algorithm = EVP_MAC_fetch(nil, "HMAC", nil) else {
      throw .unavailable(OpenSSLErrorQueue.takeMessage())
    }
    // The context holds its own reference.
    defer { EVP_MAC_free(algorithm) }
    guard let context = EVP_MAC_CTX_new(algorithm) else { throw .unavailable(OpenSSLErrorQueue.takeMessage()) }
    guard Self.install(key, in: context) else {
      EVP_MAC_CTX_free(context)
      throw .unavailable(OpenSSLErrorQueue.takeMessage())
    }
    self.context = context
  }

  deinit {
    EVP_MAC_CTX_free(context)
  }

  private static func install(_ key: [UInt8], in context: OpaquePointer) -> Bool {
    var digest = Array("SHA256".utf8CString)
    // A null key pointer means "keep the key", so that an empty key needs an address too.
    let addressable = key + [0]
    return digest.withUnsafeMutableBufferPointer { digest in
      // A parameter keeps the address of its name, which must outlive the call that makes it.
      OSSL_MAC_PARAM_DIGEST.withCString { name in
        var parameters = [
          OSSL_PARAM_construct_utf8_string(name, digest.baseAddress, 0), OSSL_PARAM_construct_end(),
        ]
        return EVP_MAC_init(context, addressable, key.count, &parameters) == 1
      }
    }
  }

  /// The 32 bytes of the code over `message`.
  mutating func code(over message: [UInt8]) throws(SignatureError) -> [UInt8] {
    OpenSSLErrorQueue.clear()
    let context = context
    let size = SHA256Digest.byteCount
    var written = 0
    let code = [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
      guard EVP_MAC_init(context, nil, 0, nil) == 1,
        EVP_MAC_update(context, message, message.count) == 1,
        EVP_MAC_final(context, buffer.baseAddress, &written, size) == 1
      else { return }
      count = written
    }
    guard code.count == size else { throw .unavailable(OpenSSLErrorQueue.takeMessage()) }
    return code
  }
}
