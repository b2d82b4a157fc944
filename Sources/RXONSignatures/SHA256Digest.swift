import COpenSSL

/// SHA-256 (FIPS 180-4).
public enum SHA256Digest {
  static let byteCount = 32

  public static func hash(_ bytes: [UInt8]) -> [UInt8] {
    [UInt8](unsafeUninitializedCapacity: byteCount) { buffer, count in
      _ = SHA256(bytes, bytes.count, buffer.baseAddress)
      count = byteCount
    }
  }

  /// The hash in lower-case hexadecimal.
  public static func hex(_ bytes: [UInt8]) -> String {
    hexadecimal(hash(bytes))
  }
}
