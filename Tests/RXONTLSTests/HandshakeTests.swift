import RXONTLS
import TestSupport
import Testing

@Suite("A TLS handshake", .timeLimit(.minutes(2)))
struct HandshakeTests {
  private let credentials = Credentials.shared

  /// Connects, and returns both ends when both have a session.
  private func handshake(
    _ server: TLSServerOptions, _ client: TLSClientOptions, host: String = "localhost"
  ) async throws -> (server: TLSSession, client: TLSSession) {
    try await withListener(server) { listener in
      let dialled = try await dial(listener.port, try TLSClientContext(client), host: host)
      let accepted = try await listener.endpoint()
      try await eventually { dialled.current.session != nil && accepted.current.session != nil }
      #expect(dialled.failure == nil)
      #expect(accepted.failure == nil)
      await dialled.close()
      return (try #require(accepted.current.session), try #require(dialled.current.session))
    }
  }

  @Test("agrees on TLS 1.3, a protocol and a modern cipher; the client sees the server's certificate")
  func modern() async throws {
    let (server, client) = try await handshake(.usual, .usual)
    #expect(server.version == .v13)
    #expect(client.version == .v13)
    #expect(client.cipher.hasPrefix("TLS_"))
    #expect(client.applicationProtocol == "http/1.1")
    #expect(server.applicationProtocol == "http/1.1")
    #expect(client.peer?.commonName == "server")
    #expect(server.peer == nil)
    #expect(!client.isResumed)
  }

  @Test("the server chooses among the protocols by its own preference")
  func protocolChoice() async throws {
    var (server, client) = (TLSServerOptions.usual, TLSClientOptions.usual)
    server.applicationProtocols = ["h2", "http/1.1"]
    client.applicationProtocols = ["http/1.1", "h2"]
    #expect(try await handshake(server, client).client.applicationProtocol == "h2")
  }

  @Test("goes on without a protocol when there is none in common, or one side names none")
  func noProtocol() async throws {
    var client = TLSClientOptions.usual
    client.applicationProtocols = ["grpc"]
    #expect(try await handshake(.usual, client).client.applicationProtocol == nil)
    client.applicationProtocols = []
    #expect(try await handshake(.usual, client).server.applicationProtocol == nil)
    var server = TLSServerOptions.usual
    server.applicationProtocols = []
    #expect(try await handshake(server, .usual).client.applicationProtocol == nil)
  }

  @Test(
    "finds the dialled host in the certificate, be it a name or an address",
    arguments: ["localhost", "LOCALHOST", "localhost.", "127.0.0.1", "::1", "[::1]", "a.wild.example"])
  func hosts(host: String) async throws {
    #expect(try await handshake(.usual, .usual, host: host).client.peer?.commonName == "server")
  }

  @Test("checks the name of the options in place of the dialled one")
  func serverName() async throws {
    var client = TLSClientOptions.usual
    client.serverName = "localhost"
    #expect(try await handshake(.usual, client, host: "192.0.2.99").client.peer != nil)
  }

  @Test("both sides see each other's certificate, through an intermediate authority too")
  func mutual() async throws {
    let sessions = try await handshake(.asking(.required), .showing(credentials.identity("client")))
    #expect(sessions.server.peer?.commonName == "edge-7")
    #expect(sessions.server.peer?.uriNames == ["spiffe://example/edge-7"])
    let identity = credentials.identity("client2", chain: "client2-chain")
    #expect(try await handshake(.asking(.required), .showing(identity)).server.peer?.commonName == "edge-8")
  }

  @Test("a client without certificate is served where it is optional")
  func optionalCertificate() async throws {
    #expect(try await handshake(.asking(.optional), .usual).server.peer == nil)
    let shown = try await handshake(.asking(.optional), .showing(credentials.identity("client"))).server.peer
    #expect(shown?.commonName == "edge-7")
  }

  @Test("trusts an authority that is known by its fingerprint only, when the server sends it")
  func pinned() async throws {
    let authority = try #require(try TLSCertificate.certificates(inFile: credentials.path("ca.pem")).first)
    let client = TLSClientOptions(trust: .authority(sha256Fingerprint: bytes(hexadecimal: authority.fingerprint)))
    for (name, chain) in [("server", "server-pinned"), ("server2", "server2-pinned")] {
      let server = TLSServerOptions(identity: credentials.identity(name, chain: chain))
      #expect(try await handshake(server, client).client.peer?.commonName == name)
    }
  }

  @Test("trusts whatever certificate the file names, be it the server's own or an intermediate's")
  func anchors() async throws {
    let chained = TLSServerOptions(identity: credentials.identity("server2", chain: "server2-chain"))
    for anchor in ["ca.pem", "inter.pem", "server2.pem"] {
      let client = TLSClientOptions(trust: .file(credentials.path(anchor)))
      #expect(try await handshake(chained, client).client.peer?.commonName == "server2")
    }
    let client = TLSClientOptions(trust: .file(credentials.path("selfsigned.pem")))
    let server = TLSServerOptions(identity: credentials.identity("selfsigned"))
    #expect(try await handshake(server, client).client.peer?.commonName == "selfsigned")
  }

  @Test("certificates that no list revokes are accepted, with lists of all authorities or of the last one")
  func revocation() async throws {
    var client = TLSClientOptions.usual
    client.revocationList = credentials.path("ca.crl")
    #expect(try await handshake(.usual, client).client.peer?.commonName == "server")
    let chained = TLSServerOptions(identity: credentials.identity("server2", chain: "server2-chain"))
    for list in ["both.crl", "inter.crl"] {
      client.revocationList = credentials.path(list)
      #expect(try await handshake(chained, client).client.peer?.commonName == "server2")
    }
    let shown = TLSClientOptions.showing(credentials.identity("client"))
    #expect(try await handshake(.asking(.required, revocationList: "ca.crl"), shown).server.peer != nil)
  }

  @Test("an encrypted key opens with its passphrase, in both forms of PEM")
  func passphrase() async throws {
    for key in ["server-encrypted.key", "server-traditional.key"] {
      let identity = TLSIdentity(
        certificate: credentials.path("server.pem"), key: credentials.path(key), passphrase: "correct horse")
      #expect(try await handshake(TLSServerOptions(identity: identity), .usual).client.peer?.commonName == "server")
    }
  }

  @Test("RSA certificates work as well")
  func rsa() async throws {
    let server = TLSServerOptions(identity: credentials.identity("rsa"))
    #expect(try await handshake(server, .usual).client.peer?.commonName == "rsa")
  }
}

func bytes(hexadecimal text: String) -> [UInt8] {
  let digits = Array(text)
  return stride(from: 0, to: digits.count - 1, by: 2).compactMap { UInt8(String(digits[$0...$0 + 1]), radix: 16) }
}
