import COpenSSL
import RXONSignatures

/// A public key for certificates. Thread-safe.
public struct PublicKey: Sendable {
  let handle: KeyHandle

  init(handle: KeyHandle) {
    self.handle = handle
  }

  /// SHA-256 of its SubjectPublicKeyInfo (RFC 7469 §2.4) in hexadecimal digits: the same for the same key.
  public var fingerprint: String {
    get throws(PKIFailure) {
      var encoded: UnsafeMutablePointer<UInt8>?
      let length = i2d_PUBKEY(handle.key, &encoded)
      guard length > 0, let encoded else { throw .openSSL("write a public key") }
      defer { CRYPTO_free(encoded, "", 0) }
      return SHA256Digest.hex(Array(UnsafeBufferPointer(start: encoded, count: Int(length))))
    }
  }

  func equals(_ other: PublicKey) -> Bool {
    EVP_PKEY_eq(handle.key, other.handle.key) == 1
  }

  /// As strong as RSA with 2048 bits, which is the least that TLS libraries take.
  var isStrongEnough: Bool { EVP_PKEY_get_security_bits(handle.key) >= 112 }
}
