import COpenSSL
import NIOCore

/// One TLS connection without its network: records in and out by way of buffers. Not thread-safe.
final class TLSConnection {
  let context: SSLContext
  let ssl: OpaquePointer

  /// Records that OpenSSL has not read yet.
  var received = ByteBuffer()

  /// Records for the network.
  var toSend = ByteBuffer()

  /// Why the peer's certificate is not accepted.
  var objection: Objection?

  /// Whom a client expects; nil for a server.
  private(set) var serverName: ServerName?

  private var sessions: (cache: SessionCache, key: String)?
  private var resumedSessionEnd: Int64?

  /// - Returns: nil when memory is short.
  private init?(_ context: SSLContext) {
    OpenSSLErrors.clear()
    guard let ssl = SSL_new(context.pointer) else { return nil }
    self.context = context
    self.ssl = ssl
    guard let bio = TransportBIO.make(for: self) else { return nil }
    SSL_set_bio(ssl, bio, bio)
    SSL_set_ex_data(ssl, 0, Unmanaged.passUnretained(self).toOpaque())
  }

  convenience init?(server: TLSServerContext) {
    self.init(server.context)
    SSL_set_accept_state(ssl)
  }

  convenience init?(client: TLSClientContext, serverName: ServerName, host: String, port: Int) {
    self.init(client.context)
    self.serverName = serverName
    SSL_set_connect_state(ssl)
    guard expect(serverName) else { return nil }
    let key = "\(host):\(port)"
    sessions = (client.sessions, key)
    if let session = client.sessions.take(for: key), SSL_set_session(ssl, session.handle.pointer) == 1 {
      resumedSessionEnd = session.end
    }
  }

  deinit {
    // A connection that was cut does not make its session unfit for resumption (RFC 5246, section 7.2.1); that of a
    // failed one is unfit already.
    if SSL_is_init_finished(ssl) == 1 { SSL_set_shutdown(ssl, SSL_SENT_SHUTDOWN | SSL_RECEIVED_SHUTDOWN) }
    SSL_free(ssl)
  }

  private func expect(_ serverName: ServerName) -> Bool {
    let parameters = SSL_get0_param(ssl)
    X509_VERIFY_PARAM_set_hostflags(
      parameters, UInt32(X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS | X509_CHECK_FLAG_NEVER_CHECK_SUBJECT))
    switch serverName {
    case .name(let name):
      return X509_VERIFY_PARAM_set1_host(parameters, name, name.utf8.count) == 1
        && COpenSSL_set_server_name(ssl, name) == 1
    case .address(let address):
      return X509_VERIFY_PARAM_set1_ip_asc(parameters, address) == 1
    }
  }

  /// The connection of an `SSL`.
  static func of(_ ssl: OpaquePointer) -> TLSConnection? {
    SSL_get_ex_data(ssl, 0).map { Unmanaged<TLSConnection>.fromOpaque($0).takeUnretainedValue() }
  }

  /// Keeps a session that the server offers.
  /// - Returns: whether it was taken over.
  func keep(_ session: OpaquePointer) -> Bool {
    guard let sessions else { return false }
    let inherited = SSL_session_reused(ssl) == 1 ? resumedSessionEnd : nil
    let end = inherited ?? SessionLifetime.end(after: ssl, revocationLists: context.revocationLists)
    let handle = OpenSSLObject(owning: session) { SSL_SESSION_free($0) }
    sessions.cache.store(StoredSession(handle: handle, end: end), for: sessions.key)
    return true
  }

  // MARK: - Steps

  enum Progress {
    case done
    /// More must come from the network first.
    case needsInput
    /// The peer said that it sends no more.
    case ended
    case failed(TLSError)
  }

  func continueHandshake() -> Progress {
    OpenSSLErrors.clear()
    return progress(SSL_do_handshake(ssl))
  }

  /// Decrypts into the writable room of `plaintext`.
  /// - Returns: `done` when the room is full, and more may be there.
  func decrypt(into plaintext: inout ByteBuffer) -> Progress {
    while plaintext.writableBytes > 0 {
      OpenSSLErrors.clear()
      var result: Int32 = 0
      plaintext.writeWithUnsafeMutableBytes(minimumWritableBytes: 1) { room in
        result = SSL_read(ssl, room.baseAddress, Int32(clamping: room.count))
        return max(0, Int(result))
      }
      if result <= 0 { return progress(result) }
    }
    return .done
  }

  /// Whether ``decrypt(into:)`` has something to work on.
  var hasInput: Bool { received.readableBytes > 0 || SSL_pending(ssl) > 0 }

  /// How much room the next decrypting can fill, at most; an estimate.
  var expectedPlaintext: Int { received.readableBytes + Int(max(0, SSL_pending(ssl))) }

  /// Makes one record of up to 16 KiB, or several of more.
  func encrypt(_ plaintext: UnsafeRawBufferPointer) -> TLSError? {
    guard !plaintext.isEmpty else { return nil }
    OpenSSLErrors.clear()
    var written = 0
    let result = SSL_write_ex(ssl, plaintext.baseAddress, plaintext.count, &written)
    if result == 1, written == plaintext.count { return nil }
    if case .failed(let error) = progress(result) { return error }
    return TLSError(.internal, "OpenSSL did not encrypt what was written")
  }

  /// Tells the peer that nothing more will be sent.
  func sendCloseNotify() {
    OpenSSLErrors.clear()
    SSL_shutdown(ssl)
    OpenSSLErrors.clear()
  }

  private func progress(_ result: Int32) -> Progress {
    guard result <= 0 else { return .done }
    switch SSL_get_error(ssl, result) {
    case SSL_ERROR_WANT_READ, SSL_ERROR_WANT_WRITE: return .needsInput
    case SSL_ERROR_ZERO_RETURN: return .ended
    default: return .failed(TLSFailure(of: self, faults: OpenSSLErrors.take()).error)
    }
  }

  // MARK: - Outcome

  /// What was agreed upon, once the handshake is done.
  func session() throws(TLSError) -> TLSSession {
    guard let version = TLSVersion(rawValue: Int(SSL_version(ssl))), let cipher = SSL_get_current_cipher(ssl),
      let cipherName = SSL_CIPHER_get_name(cipher)
    else { throw TLSError(.internal, "OpenSSL finished a handshake of no known version") }
    return TLSSession(
      version: version, cipher: String(cString: cipherName), applicationProtocol: try applicationProtocol(),
      isResumed: SSL_session_reused(ssl) == 1, peer: try peer())
  }

  private func applicationProtocol() throws(TLSError) -> String? {
    var bytes: UnsafePointer<UInt8>?
    var count: UInt32 = 0
    SSL_get0_alpn_selected(ssl, &bytes, &count)
    guard count > 0 else { return nil }
    guard let name = context.applicationProtocols.name(equalTo: UnsafeBufferPointer(start: bytes, count: Int(count)))
    else { throw TLSError(.protocolViolation, "the server chose an application protocol that was not offered") }
    return name
  }

  private func peer() throws(TLSError) -> TLSCertificate? {
    guard let certificate = SSL_get1_peer_certificate(ssl) else { return nil }
    defer { X509_free(certificate) }
    guard let peer = TLSCertificate(certificate) else {
      throw TLSError(.certificateRejected(.malformed), "the peer's certificate cannot be read; have it issued anew")
    }
    return peer
  }
}
