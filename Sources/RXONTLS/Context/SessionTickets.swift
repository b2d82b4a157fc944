import COpenSSL

/// A server's part in resumption: sessions travel in tickets that only the context which issued them can open, with the
/// client's certificate and the session's end inside. The server itself keeps nothing.
enum SessionTickets {
  static func install(in context: SSLContext) {
    COpenSSL_CTX_set_session_cache_mode(context.pointer, Int(SSL_SESS_CACHE_OFF))
    // OpenSSL resumes sessions with client certificates only where this is set.
    let name = Array("holon".utf8)
    SSL_CTX_set_session_id_context(context.pointer, name, UInt32(name.count))
    let lists = context.revocationLists.map { Unmanaged.passUnretained($0).toOpaque() }
    SSL_CTX_set_session_ticket_cb(context.pointer, writeEnd, checkEnd, lists)
  }

  /// Puts the end into a ticket to be issued. Tickets of a resumed session keep the one they have.
  private static let writeEnd: @convention(c) (OpaquePointer?, UnsafeMutableRawPointer?) -> Int32 = {
    connection, lists in
    guard let connection, let session = SSL_get_session(connection) else { return 0 }
    guard SSL_session_reused(connection) == 0 else { return 1 }
    let lists = lists.map { Unmanaged<RevocationLists>.fromOpaque($0).takeUnretainedValue() }
    let end = SessionLifetime.end(after: connection, revocationLists: lists)
    return withUnsafeBytes(of: end) { SSL_SESSION_set1_ticket_appdata(session, $0.baseAddress, $0.count) }
  }

  /// Refuses a ticket whose end has come; a handshake with certificates follows.
  private static let checkEnd: SSL_CTX_decrypt_session_ticket_fn = { _, session, _, _, status, _ in
    switch status {
    case SSL_TICKET_SUCCESS, SSL_TICKET_SUCCESS_RENEW:
      guard let session, let end = SessionTickets.end(of: session), end > SessionLifetime.now() else {
        return SSL_TICKET_RETURN_IGNORE_RENEW
      }
      return status == SSL_TICKET_SUCCESS ? SSL_TICKET_RETURN_USE : SSL_TICKET_RETURN_USE_RENEW
    default:
      return SSL_TICKET_RETURN_IGNORE_RENEW
    }
  }

  private static func end(of session: OpaquePointer) -> Int64? {
    var data: UnsafeMutableRawPointer?
    var count = 0
    guard SSL_SESSION_get0_ticket_appdata(session, &data, &count) == 1, count == MemoryLayout<Int64>.size, let data
    else { return nil }
    return data.loadUnaligned(as: Int64.self)
  }
}
