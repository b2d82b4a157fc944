import NIOCore
import RXONTLS
import TestSupport
import Testing

@Suite("Our client and openssl s_server", .timeLimit(.minutes(2)))
struct OpenSSLServerTests {
  private let credentials = Credentials.shared

  /// Starts a server for the length of `body`.
  /// - Parameter reverses: whether it sends each line back reversed; else it sends what is typed, but for commands.
  private func withServer(
    _ arguments: [String], reverses: Bool = true, _ body: (Command, _ port: Int) async throws -> Void
  ) async throws {
    let server = try Command(
      "openssl",
      ["s_server", "-accept", "127.0.0.1:0", "-cert", "server.pem", "-key", "server.key"] + (reverses ? ["-rev"] : [])
        + arguments)
    defer { server.end() }
    try await eventually { port(in: server.output) != nil }
    try await body(server, try #require(port(in: server.output)))
  }

  private func port(in output: String) -> Int? {
    output.firstMatch(of: /ACCEPT 127\.0\.0\.1:(\d+)/).flatMap { Int($0.1) }
  }

  @Test("talk in both versions, with ALPN", arguments: [("-tls1_2", TLSVersion.v12), ("-tls1_3", .v13)])
  func talk(flag: String, version: TLSVersion) async throws {
    try await withServer([flag, "-alpn", "http/1.1"]) { _, port in
      let dialled = try await dial(port, try TLSClientContext(.usual), .init(greeting: "ping pong\n"))
      try await eventually { dialled.text == "gnop gnip\n" }
      #expect(dialled.current.session?.version == version)
      #expect(dialled.current.session?.applicationProtocol == "http/1.1")
      #expect(dialled.current.session?.peer?.commonName == "server")
      await dialled.close()
    }
  }

  @Test("resume a session, and the server agrees that it did", arguments: ["-tls1_2", "-tls1_3"])
  func resumption(flag: String) async throws {
    try await withServer([flag]) { _, port in
      let client = try TLSClientContext(.usual)
      for isResumed in [false, true, true] {
        let dialled = try await dial(port, client, .init(greeting: "abc\n"))
        try await eventually { dialled.text == "cba\n" }
        #expect(dialled.current.session?.isResumed == isResumed)
        #expect(dialled.current.session?.peer?.commonName == "server")
        await dialled.close()
      }
    }
  }

  @Test("show a certificate to a server that requires one")
  func clientCertificate() async throws {
    try await withServer(["-Verify", "2", "-CAfile", "ca.pem", "-verify_return_error"]) { _, port in
      let client = try TLSClientContext(.showing(credentials.identity("client")))
      let dialled = try await dial(port, client, .init(greeting: "abc\n"))
      try await eventually { dialled.text == "cba\n" }
      await dialled.close()

      let refused = try await dial(port, try TLSClientContext(.usual), .init(greeting: "abc\n"))
      try await eventually { refused.current.isClosed }
      #expect(refused.failure?.kind == .peerRefused(TLSAlert(code: 116)))
    }
  }

  @Test("ask for the server by its name, never by an address")
  func serverName() async throws {
    let names = ["-servername", "localhost", "-cert2", "rsa.pem", "-key2", "rsa.key"]
    try await withServer(names) { _, port in
      for (host, subject) in [("localhost", "rsa"), ("127.0.0.1", "server")] {
        let dialled = try await dial(port, try TLSClientContext(.usual), host: host, .init(greeting: "abc\n"))
        try await eventually { dialled.text == "cba\n" }
        #expect(dialled.current.session?.peer?.commonName == subject)
        await dialled.close()
      }
    }
  }

  @Test("a renegotiation that the server wants in TLS 1.2 is refused")
  func renegotiation() async throws {
    try await withServer(["-tls1_2"], reverses: false) { server, port in
      let dialled = try await dial(port, try TLSClientContext(.usual))
      // It would end the handshake by writing, and then wait for our word alone.
      try await eventually { dialled.current.session != nil }
      try server.type("before\n")
      try await eventually { dialled.text == "before\n" }
      try server.type("r\n")
      try await eventually { server.output.contains("no renegotiation") }
      await dialled.close()
    }
  }

  @Test("a server that knows TLS 1.1 only, or less than is asked for, is refused")
  func downgrade() async throws {
    try await withServer(["-tls1_1", "-cipher", "ALL:@SECLEVEL=0"]) { _, port in
      let dialled = try await dial(port, try TLSClientContext(.usual))
      try await eventually { dialled.current.isClosed }
      #expect(dialled.failure?.kind == .versionMismatch)
    }
    try await withServer(["-tls1_2"]) { _, port in
      var options = TLSClientOptions.usual
      options.minimumVersion = .v13
      let dialled = try await dial(port, try TLSClientContext(options))
      try await eventually { dialled.current.isClosed }
      #expect(dialled.failure?.kind == .versionMismatch)
    }
  }
}
