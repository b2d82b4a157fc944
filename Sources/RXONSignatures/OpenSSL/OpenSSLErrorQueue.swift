import COpenSSL

/// OpenSSL's error queue of this thread. What an earlier call left there would be taken for the reason of a later
/// failure, so each operation starts by emptying it.
enum OpenSSLErrorQueue {
  static func clear() {
    ERR_clear_error()
  }

  /// The newest error as text; empties the queue.
  static func takeMessage() -> String {
    let code = ERR_peek_last_error()
    ERR_clear_error()
    guard code != 0 else { return "no reason given" }
    return withUnsafeTemporaryAllocation(of: CChar.self, capacity: 256) { buffer in
      guard let text = buffer.baseAddress else { return "no reason given" }
      ERR_error_string_n(code, text, buffer.count)
      return String(cString: text)
    }
  }
}
