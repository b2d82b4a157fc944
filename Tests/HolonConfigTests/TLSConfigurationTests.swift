import Foundation
import HolonConfig
import Testing

@Suite("TLS in the configuration")
struct TLSConfigurationTests {
  private func withFiles(_ modes: [String: Int], _ body: (String) throws -> Void) throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "holon-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    for (name, mode) in modes {
      let path = folder.appending(path: name).path
      try Data("x\n".utf8).write(to: URL(filePath: path))
      try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path)
    }
    try body(folder.path)
  }

  @Test("a listener with authorities for clients asks each client for a certificate")
  func listener() throws {
    try withFiles(["n.pem": 0o644, "n.key": 0o600, "ca.pem": 0o644, "pass": 0o600]) { folder in
      let loaded = try load(
        """
        id: edge
        listen:
          - url: https://0.0.0.0:8700
            tls:
              { certificate: \(folder)/n.pem, key: \(folder)/n.key, client_ca: \(folder)/ca.pem,
                key_passphrase: "file:\(folder)/pass", min_version: "1.3" }
        """)
      let tls = try #require(loaded.configuration.listen[0].tls)
      #expect(tls.clientCertificates == .required)
      #expect(tls.minimumVersion == .v13)
      #expect(tls.identity.certificate == "\(folder)/n.pem")
      #expect(tls.identity.passphrase?.exposed == "x")
      #expect(loaded.secretFiles.sorted() == ["\(folder)/n.key", "\(folder)/pass"])
    }
  }

  @Test("an uplink by https trusts what the system trusts, unless it is told otherwise")
  func uplink() throws {
    let plain = try load(minimal + "uplinks: [{ url: \"http://a:1\" }, { url: \"wss://b:1\" }]").configuration
    #expect(plain.uplinks[0].tls == nil)
    #expect(plain.uplinks[1].tls == .standard)
    try withFiles(["ca.pem": 0o644]) { folder in
      let told = try load(
        minimal + "uplinks: [{ url: \"https://b:1\", tls: { ca: \(folder)/ca.pem, server_name: ghost } }]")
      #expect(told.configuration.uplinks[0].tls?.authorities == "\(folder)/ca.pem")
      #expect(told.configuration.uplinks[0].tls?.serverName == "ghost")
    }
  }

  @Test(
    "what does not go together is told",
    arguments: [
      ("listen: [{ url: \"https://127.0.0.1:1\" }]", "needs a certificate"),
      ("listen: [{ url: \"http://127.0.0.1:1\", tls: { certificate: CERT, key: KEY } }]", "is not encrypted"),
      ("listen: [{ url: \"https://127.0.0.1:1\", tls: { certificate: CERT } }]", "tls.key is missing"),
      (
        "listen: [{ url: \"https://127.0.0.1:1\", tls: { certificate: CERT, key: KEY, client_certificates: optional } }]",
        "there is no client_ca"
      ),
      (
        "listen: [{ url: \"https://127.0.0.1:1\", tls: { certificate: CERT, key: KEY, crl: CERT } }]",
        "no client certificates are asked for"
      ),
      ("uplinks: [{ url: \"http://a:1\", tls: { ca: CERT } }]", "is not encrypted"),
      ("uplinks: [{ url: \"https://a:1\", tls: { key: KEY } }]", "tls.certificate is missing"),
      ("uplinks: [{ url: \"https://a:1\", tls: { ca: /nonexistent/ca.pem } }]", "cannot read /nonexistent/ca.pem"),
      (
        "listen: [{ url: \"https://0.0.0.0:1\", tls: { certificate: CERT, key: KEY } }]",
        "neither a token nor a certificate"
      ),
    ])
  func contradictions(_ yaml: String, _ expected: String) throws {
    try withFiles(["cert": 0o644, "key": 0o600]) { folder in
      let base = yaml.hasPrefix("listen") ? "id: edge\n" : minimal
      let text = yaml.replacing("CERT", with: "\(folder)/cert").replacing("KEY", with: "\(folder)/key")
      let told = try faults(of: base + text)
      #expect(told.count == 1)
      #expect(told.first?.contains(expected) == true, "\(told)")
    }
  }

  @Test("a key or a secret that everybody on the machine can read is refused, with what to do")
  func readableByAll() throws {
    try withFiles(["n.pem": 0o644, "n.key": 0o644, "token": 0o444]) { folder in
      let told = try faults(
        of: minimal
          + """
          uplinks: [{ url: "https://a:1", token: "file:\(folder)/token",
            tls: { certificate: \(folder)/n.pem, key: \(folder)/n.key } }]
          """)
      #expect(told.count == 2)
      #expect(told.contains { $0.contains("can read \(folder)/n.key (mode 644); chmod o-rwx \(folder)/n.key") })
      #expect(told.contains { $0.contains("can read \(folder)/token (mode 444)") })
    }
  }
}
