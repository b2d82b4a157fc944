import RXONTLS
import TestSupport
import Testing

@Suite("Who does not get through a TLS handshake", .timeLimit(.minutes(2)))
struct RejectionTests {
  private let credentials = Credentials.shared

  /// Connects, and returns what was wrong at either end when the client's end is closed.
  private func failure(
    _ server: TLSServerOptions, _ client: TLSClientOptions, host: String = "localhost"
  ) async throws -> (server: TLSError?, client: TLSError?) {
    try await withListener(server) { listener in
      // TLS 1.3 lets a client finish before the server has judged it, so that the client hears later.
      let dialled = try await dial(listener.port, try TLSClientContext(client), host: host)
      let accepted = try await listener.endpoint()
      try await eventually { dialled.current.isClosed && accepted.current.isClosed }
      #expect(accepted.current.received.isEmpty)
      return (accepted.failure, dialled.failure)
    }
  }

  private func expectRejection(
    of name: String, chain: String? = nil, _ reason: CertificateRejection, saying text: String,
    _ client: TLSClientOptions = .usual, host: String = "localhost", alert: UInt8,
    sourceLocation: SourceLocation = #_sourceLocation
  ) async throws {
    let server = TLSServerOptions(identity: credentials.identity(name, chain: chain))
    let errors = try await failure(server, client, host: host)
    #expect(errors.client?.kind == .certificateRejected(reason), sourceLocation: sourceLocation)
    #expect(errors.client?.message.contains(text) == true, "\(errors)", sourceLocation: sourceLocation)
    #expect(errors.server?.kind == .peerRefused(TLSAlert(code: alert)), "\(errors)", sourceLocation: sourceLocation)
  }

  @Test("a server whose certificate has expired")
  func expired() async throws {
    try await expectRejection(of: "expired", .expired, saying: "CN=expired) is not accepted: it has expired", alert: 45)
  }

  @Test("a server whose certificate is not valid yet")
  func future() async throws {
    try await expectRejection(of: "future", .notYetValid, saying: "not valid yet", alert: 42)
  }

  @Test("a server that signed its certificate itself")
  func selfSigned() async throws {
    try await expectRejection(of: "selfsigned", .selfSigned, saying: "signed by itself", alert: 48)
  }

  @Test("a server of an authority that is not trusted, or without the chain that leads to one")
  func unknownAuthority() async throws {
    try await expectRejection(of: "stranger", .unknownAuthority, saying: "nobody who is trusted", alert: 48)
    try await expectRejection(of: "server2", .unknownAuthority, saying: "have the whole chain sent", alert: 48)
  }

  @Test("a server of no authority of this system's")
  func system() async throws {
    try await expectRejection(
      of: "server", .unknownAuthority, saying: "nobody who is trusted", TLSClientOptions(), alert: 48)
  }

  @Test("a server whose chain lacks the authority with the fingerprint, though the authority is as good as any")
  func pinned() async throws {
    let other = try #require(try TLSCertificate.certificates(inFile: credentials.path("other.pem")).first)
    let client = TLSClientOptions(trust: .authority(sha256Fingerprint: bytes(hexadecimal: other.fingerprint)))
    try await expectRejection(
      of: "server", chain: "server-pinned", .unknownAuthority, saying: "expected fingerprint", client, alert: 48)
  }

  @Test("a server with a copied certificate of the pinned authority in a chain that it did not sign")
  func pinnedCopy() async throws {
    let chain = try credentials.text("stranger.pem") + credentials.text("ca.pem")
    _ = try credentials.write(chain, to: "stranger-with-ca.pem")
    let authority = try #require(try TLSCertificate.certificates(inFile: credentials.path("ca.pem")).first)
    let client = TLSClientOptions(trust: .authority(sha256Fingerprint: bytes(hexadecimal: authority.fingerprint)))
    try await expectRejection(
      of: "stranger", chain: "stranger-with-ca", .unknownAuthority, saying: "not accepted", client, alert: 48)
  }

  @Test("a server of the pinned authority, but with another name")
  func pinnedName() async throws {
    let authority = try #require(try TLSCertificate.certificates(inFile: credentials.path("ca.pem")).first)
    let client = TLSClientOptions(trust: .authority(sha256Fingerprint: bytes(hexadecimal: authority.fingerprint)))
    try await expectRejection(
      of: "server", chain: "server-pinned", .wrongHost, saying: "not for 'far.example'", client, host: "far.example",
      alert: 42)
  }

  @Test(
    "a server with another name, by a part of a label, by a label too many, by an address, or by its common name",
    arguments: ["elsewhere.example", "partial.tame.example", "a.b.wild.example", "wild.example", "127.0.0.2", "server"])
  func wrongHost(host: String) async throws {
    try await expectRejection(
      of: "server", .wrongHost, saying: "not for '\(host)' but for localhost", host: host, alert: 42)
  }

  @Test("a server with a common name only")
  func nameless() async throws {
    try await expectRejection(of: "nameless", .wrongHost, saying: "its common name does not count", alert: 42)
  }

  @Test(
    "a host that no certificate can hold",
    arguments: ["", ".localhost", "local host", "bücher.example", "a\0b", "[::1"])
  func unfitHost(host: String) async throws {
    let errors = try await failure(.usual, .usual, host: host)
    #expect(errors.client?.kind == .certificateRejected(.wrongHost))
    #expect(errors.client?.message.contains("no name that a certificate can hold") == true)
  }

  @Test("a server with a client's certificate")
  func wrongPurpose() async throws {
    try await expectRejection(of: "client", .wrongPurpose, saying: "not made for this use", alert: 43)
  }

  @Test("a server whose certificate, or whose authority's, is revoked")
  func revoked() async throws {
    var client = TLSClientOptions.usual
    client.revocationList = credentials.path("ca.crl")
    try await expectRejection(of: "revoked", .revoked, saying: "it is revoked", client, alert: 44)
    client.revocationList = credentials.path("both-inter-revoked.crl")
    try await expectRejection(
      of: "server2", chain: "server2-chain", .revoked,
      saying: "authority (CN=inter,O=Test) is not accepted: it is revoked",
      client, alert: 44)
  }

  @Test("a server of whose issuer there is no revocation list, or an outdated one")
  func revocationUnknown() async throws {
    var client = TLSClientOptions.usual
    client.revocationList = credentials.path("inter.crl")
    try await expectRejection(of: "server", .revocationUnknown, saying: "fetch the list anew", client, alert: 48)
    client.revocationList = credentials.path("old.crl")
    try await expectRejection(of: "server", .revocationUnknown, saying: "CRL has expired", client, alert: 45)
  }

  @Test("a client without certificate where one is required")
  func missing() async throws {
    let errors = try await failure(.asking(.required), .usual)
    #expect(errors.server?.kind == .certificateMissing)
    #expect(errors.client?.kind == .peerRefused(TLSAlert(code: 116)))
    #expect(errors.client?.message.contains("certificate required; configure a certificate") == true)
  }

  @Test(
    "a client with a bad certificate, also where none would have done",
    arguments: [
      ("client-expired", CertificateRejection.expired), ("client-stranger", .unknownAuthority),
      ("server", .wrongPurpose), ("revoked", .revoked), ("selfsigned", .selfSigned),
    ], [ClientCertificatePolicy.required, .optional])
  func badClient(shown: (name: String, reason: CertificateRejection), policy: ClientCertificatePolicy) async throws {
    let client = TLSClientOptions.showing(credentials.identity(shown.name))
    let errors = try await failure(.asking(policy, revocationList: "ca.crl"), client)
    #expect(errors.server?.kind == .certificateRejected(shown.reason))
    #expect(errors.server?.message.hasPrefix("the client's certificate") == true)
    guard case .peerRefused? = errors.client?.kind else {
      Issue.record("the client was told \(String(describing: errors.client))")
      return
    }
  }

  @Test("a client that does without TLS 1.3 where it is the least")
  func version() async throws {
    var server = TLSServerOptions.usual
    server.minimumVersion = .v13
    try await withListener(server) { listener in
      let client = try Command(
        "openssl", ["s_client", "-connect", "127.0.0.1:\(listener.port)", "-tls1_2", "-quiet"])
      defer { client.end() }
      let accepted = try await listener.endpoint()
      try await eventually { accepted.current.isClosed }
      #expect(accepted.failure?.kind == .versionMismatch)
      try await eventually { client.output.contains("alert protocol version") }
    }
  }

  @Test("a connection that is quiet for too long")
  func timeout() async throws {
    var server = TLSServerOptions.usual
    server.handshakeTimeout = .milliseconds(50)
    try await withListener(server) { listener in
      let dialled = try await dial(listener.port, nil)
      let accepted = try await listener.endpoint()
      try await eventually { dialled.current.isClosed && accepted.current.isClosed }
      #expect(accepted.failure?.kind == .timedOut)
    }
    let silent = try await Listener.start { nil }
    var client = TLSClientOptions.usual
    client.handshakeTimeout = .milliseconds(50)
    let dialled = try await dial(silent.port, try TLSClientContext(client))
    try await eventually { dialled.current.isClosed }
    #expect(dialled.failure?.kind == .timedOut)
    await silent.stop()
  }

  @Test("a peer that does not speak TLS")
  func notTLS() async throws {
    try await withListener(.usual) { listener in
      let dialled = try await dial(listener.port, nil, .init(greeting: "GET / HTTP/1.1\r\nHost: a\r\n\r\n"))
      let accepted = try await listener.endpoint()
      try await eventually { dialled.current.isClosed && accepted.current.isClosed }
      #expect(accepted.failure?.kind == .notTLS)
    }
    let plain = try await Listener.start(.init(greeting: "220 mail.example ESMTP ready\r\n")) { nil }
    let dialled = try await dial(plain.port, try TLSClientContext(.usual))
    try await eventually { dialled.current.isClosed }
    #expect(dialled.failure?.kind == .notTLS)
    #expect(dialled.failure?.message.contains("check scheme and port") == true)
    await plain.stop()
  }

  @Test("a peer that goes away during the handshake")
  func goesAway() async throws {
    try await withListener(.usual) { listener in
      let dialled = try await dial(listener.port, nil)
      let accepted = try await listener.endpoint()
      try await eventually { accepted.channel.isActive }
      await dialled.close()
      try await eventually { accepted.current.isClosed }
      #expect(accepted.failure?.kind == .handshakeFailed)
    }
  }
}
