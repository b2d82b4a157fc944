import Foundation
import RXONTLS
import Testing

@Suite("TLS options that cannot work")
struct ConfigurationFaultTests {
  private let credentials = Credentials.shared

  private func fault(
    _ identity: TLSIdentity, sourceLocation: SourceLocation = #_sourceLocation
  ) throws -> TLSConfigurationError {
    try #require(
      #expect(throws: TLSConfigurationError.self, sourceLocation: sourceLocation) {
        try TLSServerContext(TLSServerOptions(identity: identity))
      })
  }

  @Test("a certificate or key file that is missing, empty, a folder, or nothing of the kind")
  func files() throws {
    let empty = try credentials.write("", to: "empty.pem")
    let text = try credentials.write("certificate: yes\n", to: "text.pem")
    let broken = try credentials.write(
      try credentials.text("server.pem").replacingOccurrences(of: "MII", with: "MIJ"), to: "broken.pem")
    let good = credentials.identity("server")
    for (file, kind, words) in [
      ("/nowhere/a.pem", TLSConfigurationError.Kind.unreadable, "no such file; check the path"),
      ("", .unreadable, "not a path"), ("a\0b", .unreadable, "not a path"),
      (credentials.folder, .unreadable, "not a regular file"), (empty, .invalidContent, "no certificate in PEM form"),
      (text, .invalidContent, "no certificate in PEM form"), (broken, .invalidContent, "certificate no. 1 is damaged"),
      (good.key, .invalidContent, "no certificate in PEM form"),
    ] {
      let error = try fault(TLSIdentity(certificate: file, key: good.key))
      #expect(error.kind == kind)
      #expect(error.file == file)
      #expect(error.message.hasPrefix("certificate file '\(file)': "))
      #expect(error.message.contains(words), "\(error)")
    }
    for (file, words) in [("/nowhere/a.key", "no such file"), (empty, "no private key"), (text, "no private key")] {
      let error = try fault(TLSIdentity(certificate: good.certificate, key: file))
      #expect(error.message.hasPrefix("private key file '\(file)': "))
      #expect(error.message.contains(words), "\(error)")
    }
  }

  @Test("a file of trusted certificates or revoked ones that is nothing of the kind")
  func trust() throws {
    let missing = TLSClientOptions(trust: .file("/nowhere/ca.pem"))
    #expect(throws: TLSConfigurationError.self) { try TLSClientContext(missing) }
    let key = TLSClientOptions(trust: .file(credentials.path("ca.key")))
    let error = #expect(throws: TLSConfigurationError.self) { try TLSClientContext(key) }
    #expect(error?.message.contains("file of trusted certificates") == true)
    var options = TLSClientOptions.usual
    for name in ["ca.pem", "missing.crl"] {
      options.revocationList = credentials.path(name)
      let error = #expect(throws: TLSConfigurationError.self) { try TLSClientContext(options) }
      #expect(error?.message.hasPrefix("revocation list file '\(credentials.path(name))'") == true)
    }
  }

  @Test("a key of another certificate, or a chain in the wrong order")
  func mismatch() throws {
    let other = TLSIdentity(certificate: credentials.path("server.pem"), key: credentials.path("client.key"))
    #expect(try fault(other).kind == .keyMismatch)
    #expect(try fault(other).message.contains("name the two that were made together"))
    let reversed = credentials.identity("server2", chain: "server2-reversed")
    #expect(try fault(reversed).kind == .keyMismatch)
    #expect(try fault(reversed).message.contains("it belongs to no. 2 of that file, which must come first"))
  }

  @Test("an encrypted key without its passphrase, or with another", arguments: ["encrypted", "traditional"])
  func passphrase(form: String) throws {
    var identity = credentials.identity("server")
    identity.key = credentials.path("server-\(form).key")
    #expect(try fault(identity).kind == .passphraseMissing)
    identity.passphrase = ""
    #expect(try fault(identity).kind == .passphraseMissing)
    for wrong in ["battery staple", String(repeating: "x", count: 5000)] {
      identity.passphrase = wrong
      let error = try fault(identity)
      #expect(error.kind == .passphraseWrong)
      #expect(error.message.contains(identity.key))
      #expect(!error.message.contains(wrong))
    }
  }

  @Test("a key that every user can read")
  func exposedKey() throws {
    let exposed = try credentials.write(credentials.text("server.key"), to: "exposed.key", mode: 0o644)
    let error = try fault(TLSIdentity(certificate: credentials.path("server.pem"), key: exposed))
    #expect(error.kind == .exposedKey)
    #expect(error.message.contains("chmod 600"))
    let group = try credentials.write(credentials.text("server.key"), to: "group.key", mode: 0o640)
    _ = try TLSServerContext(
      TLSServerOptions(identity: TLSIdentity(certificate: credentials.path("server.pem"), key: group)))
  }

  @Test("a key too short for this system's policy")
  func weak() throws {
    let error = try fault(credentials.identity("weak"))
    #expect(error.kind == .refusedByPolicy)
    #expect(error.message.contains("weak.pem"))
  }

  @Test("a pkcs11: URI without a provider for it; its PIN is not told")
  func noProvider() throws {
    let error = try fault(
      TLSIdentity(certificate: credentials.path("server.pem"), key: "pkcs11:token=t;object=k?pin-value=4711"))
    #expect(error.kind == .providerMissing)
    #expect(error.message.contains("pkcs11:token=t;object=k"))
    #expect(!error.message.contains("4711"))
  }

  @Test("a provider that is not there")
  func unknownProvider() {
    let error = #expect(throws: TLSConfigurationError.self) { try OpenSSLProviders.load(["default", "no-such"]) }
    #expect(error?.kind == .providerMissing)
    #expect(error?.message.contains("'no-such'") == true)
    #expect(throws: TLSConfigurationError.self) { try OpenSSLProviders.load(["base"]) }
  }

  @Test("options without effect, or out of range")
  func contradictions() throws {
    var server = TLSServerOptions.usual
    server.clientCertificates = .required
    #expect(throws: TLSConfigurationError.self) { try TLSServerContext(server) }
    server.clientCertificates = .none
    server.clientTrust = .system
    #expect(throws: TLSConfigurationError.self) { try TLSServerContext(server) }
    server = .usual
    for names in [
      [""], [String(repeating: "x", count: 256)], [String](repeating: String(repeating: "x", count: 255), count: 300),
    ] {
      server.applicationProtocols = names
      #expect(throws: TLSConfigurationError.self) { try TLSServerContext(server) }
    }
    let short = TLSClientOptions(trust: .authority(sha256Fingerprint: [1, 2, 3]))
    #expect(throws: TLSConfigurationError.self) { try TLSClientContext(short) }
    var named = TLSClientOptions.usual
    named.serverName = "no name"
    #expect(throws: TLSConfigurationError.self) { try TLSClientContext(named) }
  }
}
