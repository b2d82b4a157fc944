import COpenSSL

/// The SHA-256 digest of a certificate's DER form.
struct CertificateDigest {
  static let byteCount = 32

  let bytes: [UInt8]

  init?(of certificate: OpaquePointer) {
    var length = UInt32(0)
    let bytes = [UInt8](unsafeUninitializedCapacity: Int(EVP_MAX_MD_SIZE)) { buffer, count in
      guard X509_digest(certificate, EVP_sha256(), buffer.baseAddress, &length) == 1 else { return }
      count = Int(length)
    }
    guard bytes.count == Self.byteCount else { return nil }
    self.bytes = bytes
  }

  var hexadecimal: String {
    let digits = Array("0123456789abcdef".utf8)
    return String(unsafeUninitializedCapacity: bytes.count * 2) { buffer in
      for (index, byte) in bytes.enumerated() {
        buffer[index * 2] = digits[Int(byte >> 4)]
        buffer[index * 2 + 1] = digits[Int(byte & 15)]
      }
      return bytes.count * 2
    }
  }
}
