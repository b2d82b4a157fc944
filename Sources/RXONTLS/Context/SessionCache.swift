import COpenSSL
import Synchronization

/// A session that a client may resume.
struct StoredSession {
  let handle: OpenSSLObject

  /// In seconds since 1970, see ``SessionLifetime``.
  let end: Int64

  /// TLS 1.3 sessions are for one use, so that nobody can tell a client by them (RFC 8446, appendix C.4).
  var isForOneUse: Bool { SSL_SESSION_get_protocol_version(handle.pointer) >= TLSVersion.v13.rawValue }

  var isUsable: Bool { SSL_SESSION_is_resumable(handle.pointer) == 1 && end > SessionLifetime.now() }
}

/// A client's part in resumption: the sessions that servers offered, by host and port. Bounded; when it is full the
/// server that was longest without a new session is forgotten. Thread-safe.
final class SessionCache: Sendable {
  private static let serverLimit = 256
  private static let sessionsPerServer = 4

  private struct State {
    var servers: [String: Server] = [:]
    var clock: UInt64 = 0
  }

  private struct Server {
    var sessions: [StoredSession] = []
    var storedAt: UInt64 = 0
  }

  private let state = Mutex(State())

  /// The newest session with this server that can still be resumed.
  func take(for server: String) -> StoredSession? {
    state.withLock { state in
      while let session = state.servers[server]?.sessions.last {
        if session.isUsable, !session.isForOneUse { return session }
        state.servers[server]?.sessions.removeLast()
        if session.isUsable { return session }
      }
      state.servers[server] = nil
      return nil
    }
  }

  func store(_ session: StoredSession, for server: String) {
    state.withLock { state in
      state.clock &+= 1
      var entry = state.servers[server] ?? Server()
      if !session.isForOneUse { entry.sessions.removeAll() }
      entry.sessions.append(session)
      entry.sessions.removeFirst(max(0, entry.sessions.count - Self.sessionsPerServer))
      entry.storedAt = state.clock
      state.servers[server] = entry
      guard state.servers.count > Self.serverLimit else { return }
      if let oldest = state.servers.min(by: { $0.value.storedAt < $1.value.storedAt })?.key {
        state.servers[oldest] = nil
      }
    }
  }

  /// Has the connections of a context hand over the sessions that they are offered.
  static func install(in context: OpaquePointer) {
    COpenSSL_CTX_set_session_cache_mode(context, Int(SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL_STORE))
    SSL_CTX_sess_set_new_cb(context) { connection, session in
      guard let connection, let session, let owner = TLSConnection.of(connection) else { return 0 }
      // 1: the session is ours to free.
      return owner.keep(session) ? 1 : 0
    }
  }
}
