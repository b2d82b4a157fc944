import COpenSSL

/// Answers OpenSSL's question for the passphrase of a key, and remembers that it was asked.
final class PassphrasePrompt {
  private let passphrase: String?
  private(set) var wasAsked = false

  init(_ passphrase: String?) {
    self.passphrase = passphrase
  }

  /// For a `pem_password_cb`'s last argument; valid as long as the prompt is.
  var argument: UnsafeMutableRawPointer {
    Unmanaged.passUnretained(self).toOpaque()
  }

  fileprivate func answer(_ buffer: UnsafeMutableRawBufferPointer) -> Int32 {
    wasAsked = true
    guard var passphrase, !passphrase.isEmpty else { return -1 }
    return passphrase.withUTF8 { bytes in
      // A passphrase cut short would be a wrong one, without anyone knowing why.
      guard bytes.count <= buffer.count, let count = Int32(exactly: bytes.count) else { return -1 }
      buffer.copyMemory(from: UnsafeRawBufferPointer(bytes))
      return count
    }
  }
}

/// A `pem_password_cb`; its context is a ``PassphrasePrompt``'s ``PassphrasePrompt/argument``.
func promptForPassphrase(
  _ buffer: UnsafeMutablePointer<CChar>?, _ size: Int32, _ writing: Int32, _ context: UnsafeMutableRawPointer?
) -> Int32 {
  guard let buffer, size > 0, let context else { return -1 }
  let prompt = Unmanaged<PassphrasePrompt>.fromOpaque(context).takeUnretainedValue()
  return prompt.answer(UnsafeMutableRawBufferPointer(start: buffer, count: Int(size)))
}
