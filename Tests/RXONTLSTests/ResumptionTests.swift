import COpenSSL
import TestSupport
import Testing

@testable import RXONTLS

@Suite("Resumption of TLS sessions", .timeLimit(.minutes(2)))
struct ResumptionTests {
  private let credentials = Credentials.shared

  /// Connects, waits for the server's tickets by way of a greeting, and disconnects.
  private func session(_ listener: Listener, _ client: TLSClientContext) async throws -> (
    server: TLSSession, client: TLSSession
  ) {
    let index = listener.endpoints.count
    let dialled = try await dial(listener.port, client)
    try await eventually { dialled.text == "hello" }
    let accepted = try await listener.endpoint(index)
    await dialled.close()
    try await eventually { accepted.current.isClosed }
    return (try #require(accepted.current.session), try #require(dialled.current.session))
  }

  private func withGreeting<Outcome>(
    _ options: TLSServerOptions, _ body: (Listener) async throws -> Outcome
  ) async throws -> Outcome {
    try await withListener(options, .init(greeting: "hello"), body)
  }

  @Test("the second handshake resumes the first, and still tells both certificates")
  func resumes() async throws {
    let client = try TLSClientContext(.showing(credentials.identity("client")))
    try await withGreeting(.asking(.required, revocationList: "ca.crl")) { listener in
      let first = try await session(listener, client)
      #expect(!first.server.isResumed)
      #expect(!first.client.isResumed)
      for _ in 0..<3 {
        let next = try await session(listener, client)
        #expect(next.server.isResumed)
        #expect(next.client.isResumed)
        #expect(next.server.peer == first.server.peer)
        #expect(next.server.peer?.commonName == "edge-7")
        #expect(next.client.peer == first.client.peer)
        #expect(next.client.peer?.commonName == "server")
      }
    }
  }

  @Test("a session is not resumed with a server at another port")
  func otherServer() async throws {
    let client = try TLSClientContext(.usual)
    try await withGreeting(.usual) { first in
      _ = try await session(first, client)
      try await withGreeting(.usual) { second in
        let other = try await session(second, client)
        #expect(!other.client.isResumed)
      }
      #expect(try await session(first, client).client.isResumed)
    }
  }

  @Test("a server with a new context verifies anew, and refuses who has been revoked since")
  func reload() async throws {
    let contexts = ExchangeableContext(try TLSServerContext(.asking(.required, revocationList: "empty.crl")))
    let listener = try await Listener.start(.init(greeting: "hello")) { contexts.current }
    let client = try TLSClientContext(.showing(credentials.identity("revoked")))
    let before = try await dial(listener.port, client)
    try await eventually { before.text == "hello" }
    #expect(try await session(listener, client).server.isResumed)

    contexts.exchange(try TLSServerContext(.asking(.required, revocationList: "ca.crl")))
    let index = listener.endpoints.count
    let after = try await dial(listener.port, client)
    let refused = try await listener.endpoint(index)
    try await eventually { refused.current.isClosed && after.current.isClosed }
    #expect(refused.failure?.kind == .certificateRejected(.revoked))
    #expect(before.channel.isActive)
    await listener.stop()
  }

  @Test("a client with a new context verifies anew")
  func clientReload() async throws {
    try await withGreeting(TLSServerOptions(identity: credentials.identity("revoked"))) { listener in
      var options = TLSClientOptions.usual
      options.revocationList = credentials.path("empty.crl")
      let before = try TLSClientContext(options)
      _ = try await session(listener, before)
      #expect(try await session(listener, before).client.isResumed)
      options.revocationList = credentials.path("ca.crl")
      let refused = try await dial(listener.port, try TLSClientContext(options))
      try await eventually { refused.current.isClosed }
      #expect(refused.failure?.kind == .certificateRejected(.revoked))
    }
  }

  @Test("a client offers no session of a server whose certificate has expired since")
  func expiry() async throws {
    try await withGreeting(TLSServerOptions(identity: credentials.identity("expired"))) { listener in
      let client = try TLSClientContext(TLSClientOptions(trust: .file(credentials.path("expired.pem"))))
      verify(in: client.context, asOf: Self.middleOfValidity)
      for _ in 0..<2 { #expect(try await !session(listener, client).client.isResumed) }
      verify(in: client.context, asOf: SessionLifetime.now())
      let late = try await dial(listener.port, client)
      try await eventually { late.current.isClosed }
      #expect(late.failure?.kind == .certificateRejected(.expired))
    }
  }

  @Test("a server takes no ticket of a client whose certificate has expired since", arguments: [TLSVersion.v12, .v13])
  func clientExpiry(version: TLSVersion) async throws {
    let server = try TLSServerContext(
      TLSServerOptions(
        identity: credentials.identity("server"), clientCertificates: .required,
        clientTrust: .file(credentials.path("client-expired.pem"))))
    _ = SSL_CTX_ctrl(
      server.context.pointer, SSL_CTRL_SET_MAX_PROTO_VERSION, version.rawValue, nil)
    verify(in: server.context, asOf: Self.middleOfValidity)
    let listener = try await Listener.start(.init(greeting: "hello")) { server }
    let client = try TLSClientContext(.showing(credentials.identity("client-expired")))
    for _ in 0..<2 { #expect(try await !session(listener, client).server.isResumed) }
    verify(in: server.context, asOf: SessionLifetime.now())
    let late = try await dial(listener.port, client)
    let refused = try await listener.endpoint(2)
    try await eventually { late.current.isClosed && refused.current.isClosed }
    #expect(refused.failure?.kind == .certificateRejected(.expired))
    await listener.stop()
  }

  /// Of the expired certificates.
  private static let middleOfValidity: Int64 = 1_579_000_000

  /// Puts the clock by which certificates are verified.
  private func verify(in context: SSLContext, asOf time: Int64) {
    X509_VERIFY_PARAM_set_time(SSL_CTX_get0_param(context.pointer), time_t(time))
  }

  @Test("each TLS 1.3 session is taken once, those of TLS 1.2 stay; all within bounds")
  func cache() throws {
    let cache = SessionCache()
    for index in 0..<10 { cache.store(try stored(.v13, end: .max), for: "a\(index % 2)") }
    #expect((0..<10).filter { _ in cache.take(for: "a0") != nil }.count == 4)
    cache.store(try stored(.v12, end: .max), for: "b")
    cache.store(try stored(.v12, end: .max), for: "b")
    #expect((0..<10).allSatisfy { _ in cache.take(for: "b") != nil })
    cache.store(try stored(.v13, end: SessionLifetime.now()), for: "c")
    #expect(cache.take(for: "c") == nil)
    for index in 0..<300 { cache.store(try stored(.v13, end: .max), for: "many\(index)") }
    #expect(cache.take(for: "b") == nil)
    #expect((0..<300).filter { cache.take(for: "many\($0)") != nil }.count == 256)
  }

  /// A session with an identifier, as a server would have offered.
  private func stored(_ version: TLSVersion, end: Int64) throws -> StoredSession {
    let session = try #require(SSL_SESSION_new())
    SSL_SESSION_set_protocol_version(session, Int32(version.rawValue))
    let identifier = [UInt8](repeating: 7, count: 32)
    SSL_SESSION_set1_id(session, identifier, UInt32(identifier.count))
    return StoredSession(handle: OpenSSLObject(owning: session) { SSL_SESSION_free($0) }, end: end)
  }
}
