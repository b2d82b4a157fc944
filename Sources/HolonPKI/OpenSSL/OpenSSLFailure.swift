import COpenSSL

extension PKIFailure {
  /// What OpenSSL says last; empties its queue of errors.
  static func openSSL(_ attempt: String) -> PKIFailure {
    let code = ERR_peek_last_error()
    ERR_clear_error()
    guard code != 0 else { return PKIFailure(.cryptography, "OpenSSL failed to \(attempt)") }
    let reason = withUnsafeTemporaryAllocation(of: CChar.self, capacity: 256) { buffer in
      guard let text = buffer.baseAddress else { return "" }
      ERR_error_string_n(code, text, buffer.count)
      return String(cString: text)
    }
    return PKIFailure(.cryptography, "OpenSSL failed to \(attempt): \(reason)")
  }
}

/// Throws what OpenSSL says when a call did not answer 1.
func expect(_ status: Int32, _ attempt: String) throws(PKIFailure) {
  guard status == 1 else { throw .openSSL(attempt) }
}

/// Throws what OpenSSL says when a call made nothing.
func expect<Pointer>(_ pointer: Pointer?, _ attempt: String) throws(PKIFailure) -> Pointer {
  guard let pointer else { throw .openSSL(attempt) }
  return pointer
}
