import COpenSSL

/// A private key for certificates. Thread-safe. Its value leaves it only as PEM, by name.
public struct PrivateKey: Sendable {
  let handle: KeyHandle

  /// A new key on the curve P-256, which every TLS library takes.
  public static func generate() throws(PKIFailure) -> PrivateKey {
    ERR_clear_error()
    let context = try expect(EVP_PKEY_CTX_new_from_name(nil, "EC", nil), "make a key")
    defer { EVP_PKEY_CTX_free(context) }
    try expect(EVP_PKEY_keygen_init(context), "make a key")
    try expect(EVP_PKEY_CTX_set_group_name(context, "P-256"), "make a key")
    var key: OpaquePointer?
    try expect(EVP_PKEY_generate(context, &key), "make a key")
    return PrivateKey(handle: KeyHandle(owning: try expect(key, "make a key")))
  }

  init(handle: KeyHandle) {
    self.handle = handle
  }

  /// - Parameters:
  ///   - pem: PKCS #8, or the traditional form of its kind.
  ///   - passphrase: of an encrypted key; without it an encrypted key is an error.
  public init(pem: String, passphrase: Passphrase? = nil) throws(PKIFailure) {
    ERR_clear_error()
    let key = MemoryText.reading(pem) { bio in
      guard var passphrase else { return PEM_read_bio_PrivateKey(bio, nil, refusePassword, nil) }
      return withUnsafeMutablePointer(to: &passphrase) { PEM_read_bio_PrivateKey(bio, nil, givePassphrase, $0) }
    }
    guard let key else {
      ERR_clear_error()
      let isEncrypted = pem.contains("ENCRYPTED")
      let remedy =
        switch (isEncrypted, passphrase) {
        case (true, nil): "it is encrypted: give the file of its passphrase"
        case (true, _): "it is encrypted with another passphrase"
        default: "write a private key in PEM form"
        }
      throw PKIFailure(.malformed, "the private key cannot be read; \(remedy)")
    }
    handle = KeyHandle(owning: key)
  }

  /// PKCS #8 in PEM form, not encrypted: for a file that only its owner can read.
  public var exposedPEM: String {
    get throws(PKIFailure) {
      ERR_clear_error()
      return try MemoryText.writing("write a key") {
        PEM_write_bio_PKCS8PrivateKey($0, handle.key, nil, nil, 0, nil, nil)
      }
    }
  }

  /// PKCS #8 in PEM form, encrypted with AES-256.
  public func encryptedPEM(_ passphrase: Passphrase) throws(PKIFailure) -> String {
    ERR_clear_error()
    var passphrase = passphrase
    return try withUnsafeMutablePointer(to: &passphrase) { (context) throws(PKIFailure) in
      try MemoryText.writing("write a key") {
        PEM_write_bio_PKCS8PrivateKey($0, handle.key, EVP_aes_256_cbc(), nil, 0, givePassphrase, context)
      }
    }
  }

  public var publicKey: PublicKey { PublicKey(handle: handle) }
}

extension PrivateKey: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
  public var description: String { "PrivateKey(redacted)" }
  public var debugDescription: String { description }
  public var customMirror: Mirror { Mirror(self, children: []) }
}
