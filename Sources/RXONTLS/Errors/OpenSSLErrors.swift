import COpenSSL

/// One entry of OpenSSL's error queue.
struct OpenSSLFault {
  let code: UInt

  var library: Int32 { ERR_GET_LIB(code) }
  var reason: Int32 { ERR_GET_REASON(code) }

  /// OpenSSL's words, such as `bad decrypt`.
  var text: String {
    ERR_reason_error_string(code).map { String(cString: $0) } ?? "error \(String(code, radix: 16))"
  }
}

/// OpenSSL's error queue of this thread. What an earlier call left there would be taken for the reason of a later
/// failure, so each operation starts by emptying it.
enum OpenSSLErrors {
  static func clear() {
    ERR_clear_error()
  }

  /// All errors, the first one first; empties the queue.
  static func take() -> [OpenSSLFault] {
    var faults: [OpenSSLFault] = []
    while case let code = ERR_get_error(), code != 0 {
      faults.append(OpenSSLFault(code: code))
    }
    return faults
  }

  /// The first error as text; empties the queue.
  static func takeText() -> String {
    take().first?.text ?? "no reason given"
  }
}
