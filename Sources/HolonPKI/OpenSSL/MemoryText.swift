import COpenSSL

/// Text in and out of OpenSSL's readers and writers.
enum MemoryText {
  /// Lends `text` to a reader of PEM.
  static func reading<Value>(_ text: String, _ body: (OpaquePointer) -> Value?) -> Value? {
    let bytes = Array(text.utf8)
    guard let length = Int32(exactly: bytes.count) else { return nil }
    return bytes.withUnsafeBytes { buffer -> Value? in
      guard let bio = BIO_new_mem_buf(buffer.baseAddress, length) else { return nil }
      defer { BIO_free(bio) }
      return body(bio)
    }
  }

  /// Collects what a writer writes.
  static func writing(_ attempt: String, _ body: (OpaquePointer) -> Int32) throws(PKIFailure) -> String {
    // Cleared when it is freed: it may hold a key.
    let bio = try expect(BIO_new(BIO_s_secmem()), attempt)
    defer { BIO_free(bio) }
    try expect(body(bio), attempt)
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 4096)
    while true {
      let count = BIO_read(bio, &chunk, Int32(chunk.count))
      guard count > 0 else { break }
      bytes += chunk.prefix(Int(count))
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}

/// Answers OpenSSL's question for a password; without it OpenSSL would ask at the terminal.
func refusePassword(
  _ buffer: UnsafeMutablePointer<CChar>?, _ size: Int32, _ writing: Int32, _ context: UnsafeMutableRawPointer?
) -> Int32 {
  -1
}

/// Answers OpenSSL's question for a password with the `Passphrase` that `context` points to.
func givePassphrase(
  _ buffer: UnsafeMutablePointer<CChar>?, _ size: Int32, _ writing: Int32, _ context: UnsafeMutableRawPointer?
) -> Int32 {
  guard let buffer, let context else { return -1 }
  let passphrase = context.assumingMemoryBound(to: Passphrase.self).pointee.bytes
  guard passphrase.count <= Int(size) else { return -1 }
  for (index, byte) in passphrase.enumerated() { buffer[index] = CChar(bitPattern: byte) }
  return Int32(passphrase.count)
}
