import COpenSSL

/// Compares secrets without telling by the time taken where they differ. Lengths are not kept secret.
public func constantTimeEquals(_ left: [UInt8], _ right: [UInt8]) -> Bool {
  left.count == right.count && CRYPTO_memcmp(left, right, left.count) == 0
}

/// Compares the UTF-8 bytes of secrets without telling by the time taken where they differ.
public func constantTimeEquals(_ left: String, _ right: String) -> Bool {
  constantTimeEquals(Array(left.utf8), Array(right.utf8))
}
