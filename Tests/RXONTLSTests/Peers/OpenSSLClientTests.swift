import Foundation
import RXONTLS
import TestSupport
import Testing

@Suite("Our server and openssl s_client", .timeLimit(.minutes(2)))
struct OpenSSLClientTests {
  private let credentials = Credentials.shared

  private func client(_ listener: Listener, _ arguments: [String]) throws -> Command {
    try Command(
      "openssl",
      [
        "s_client", "-connect", "127.0.0.1:\(listener.port)", "-servername", "localhost", "-CAfile", "ca.pem",
        "-verify_hostname", "localhost", "-verify_return_error",
      ] + arguments)
  }

  @Test("talk in both versions, with ALPN", arguments: [("-tls1_2", TLSVersion.v12), ("-tls1_3", .v13)])
  func talk(flag: String, version: TLSVersion) async throws {
    try await withListener(.usual, .init(echoes: true)) { listener in
      let client = try client(listener, [flag, "-alpn", "h2,http/1.1"])
      defer { client.end() }
      try client.type("ping pong\n")
      let accepted = try await listener.endpoint()
      try await eventually { accepted.text == "ping pong\n" }
      try await eventually { client.output.contains("\nping pong\n") }
      #expect(client.output.contains("Verification: OK"))
      #expect(client.output.contains("ALPN protocol: http/1.1"))
      #expect(accepted.current.session?.version == version)
      #expect(accepted.current.session?.applicationProtocol == "http/1.1")
      try client.type("Q\n")
      #expect(await client.waitForExit() == 0)
      try await eventually { accepted.current.isClosed }
      #expect(accepted.current.errors.isEmpty)
    }
  }

  @Test(
    "resume a session that the client kept in a file, with a client's certificate", arguments: ["-tls1_2", "-tls1_3"])
  func resumption(flag: String) async throws {
    let file = "session\(flag).pem"
    try await withListener(.asking(.required), .init(greeting: "welcome\n")) { listener in
      for (index, session) in ["-sess_out", "-sess_in"].enumerated() {
        let client = try client(listener, [flag, "-cert", "client.pem", "-key", "client.key", session, file])
        defer { client.end() }
        try await eventually { client.output.contains("welcome\n") }
        let accepted = try await listener.endpoint(index)
        #expect(accepted.current.session?.isResumed == (index == 1))
        #expect(accepted.current.session?.peer?.commonName == "edge-7")
        #expect(client.output.contains(index == 1 ? "\nReused, TLS" : "\nNew, TLS"))
        try client.type("Q\n")
        await client.waitForExit()
      }
    }
  }

  @Test("a renegotiation in TLS 1.2 is refused, and gives the client no second handshake")
  func renegotiation() async throws {
    try await withListener(.usual, .init(echoes: true)) { listener in
      let client = try client(listener, ["-tls1_2"])
      defer { client.end() }
      try client.type("before\n")
      try await eventually { client.output.contains("\nbefore\n") }
      try client.type("R\n")
      try await eventually { client.output.contains("RENEGOTIATING") }
      try await eventually { client.output.contains("no renegotiation") }
      let accepted = try await listener.endpoint()
      await client.waitForExit()
      try await eventually { accepted.current.isClosed }
      #expect(accepted.text == "before\n")
    }
  }

  @Test(
    "old versions, and ciphers without forward secrecy or authenticated encryption, find nothing in common",
    arguments: [
      ["-tls1_1", "-cipher", "ALL:@SECLEVEL=0"], ["-tls1", "-cipher", "ALL:@SECLEVEL=0"],
      ["-tls1_2", "-cipher", "AES256-GCM-SHA384"], ["-tls1_2", "-cipher", "ECDHE-ECDSA-AES128-SHA256"],
      ["-tls1_2", "-cipher", "ECDHE-RSA-AES256-SHA"], ["-tls1_2", "-cipher", "NULL:@SECLEVEL=0"],
    ])
  func old(arguments: [String]) async throws {
    for identity in ["server", "rsa"] {
      try await withListener(TLSServerOptions(identity: credentials.identity(identity))) { listener in
        let client = try client(listener, arguments)
        defer { client.end() }
        let accepted = try await listener.endpoint()
        try await eventually { accepted.current.isClosed }
        #expect([.versionMismatch, .handshakeFailed].contains(accepted.failure?.kind))
        #expect(accepted.current.session == nil)
        #expect(await client.waitForExit() != 0)
      }
    }
  }

  @Test("updates of keys in TLS 1.3 go unnoticed by those who talk", arguments: ["k", "K"])
  func keyUpdate(command: String) async throws {
    try await withListener(.usual, .init(echoes: true)) { listener in
      let client = try client(listener, ["-tls1_3"])
      defer { client.end() }
      try client.type("before\n")
      try await eventually { client.output.contains("\nbefore\n") }
      try client.type(command + "\n")
      try await eventually { client.output.contains("KEYUPDATE") }
      try client.type("after\n")
      try await eventually { client.output.contains("\nafter\n") }
      let accepted = try await listener.endpoint()
      #expect(accepted.current.errors.isEmpty)
    }
  }
}
