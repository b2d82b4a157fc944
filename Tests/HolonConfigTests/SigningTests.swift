import Foundation
import HolonConfig
import Testing

@Suite("Keys for signatures")
struct SigningTests {
  private static let privatePEM = """
    -----BEGIN PRIVATE KEY-----
    MC4CAQAwBQYDK2VwBCIEIF0sH9SMtgL4529tn7ParHDJ0NLeWYtMOUAdsYnSEXFv
    -----END PRIVATE KEY-----

    """
  private static let publicPEM = """
    -----BEGIN PUBLIC KEY-----
    MCowBQYDK2VwAyEA2KSB2NCMstNs6rNVBy3D+FkYb5xemP61w0BGrNJw8kU=
    -----END PUBLIC KEY-----

    """

  private func withFiles(
    mode: Int = 0o600, privateText: String = privatePEM, publicText: String = publicPEM,
    _ body: (_ privateKey: String, _ publicKey: String) throws -> Void
  ) throws {
    try withTemporaryFile(privateText) { privateKey in
      try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: privateKey)
      try withTemporaryFile(publicText) { publicKey in try body(privateKey, publicKey) }
    }
  }

  @Test("keys are read from their files, as paths or as file:PATH, and the private one never shows itself")
  func read() throws {
    try withFiles { privateKey, publicKey in
      let yaml =
        minimal + """
          signing: { key: \(privateKey) }
          children: { token: t, public_keys: { w1: \(publicKey), w2: "file:\(publicKey)" } }
          uplinks: [{ url: "http://a:1", token: t, signatures: ed25519 }]
          tasks: { public_key: \(publicKey) }
          """
      let loaded = try load(yaml)
      let configuration = loaded.configuration
      #expect(configuration.signing.key?.exposed == Self.privatePEM)
      #expect(configuration.children.publicKeys == ["w1": Self.publicPEM, "w2": Self.publicPEM])
      #expect(configuration.tasks.publicKey == Self.publicPEM)
      #expect(configuration.tasks.verification == .required)
      #expect(configuration.uplinks.first?.signatures == .ed25519)
      #expect(loaded.secretFiles == [privateKey])
      var dumped = ""
      dump(configuration, to: &dumped)
      #expect(!dumped.contains("MC4CAQAw"))
    }
  }

  @Test("a private key that everybody can read is refused")
  func readable() throws {
    try withFiles(mode: 0o644) { privateKey, _ in
      let told = try faults(of: minimal + "signing: { key: \(privateKey) }")
      #expect(
        told == [
          "3: signing.key: everybody on this machine can read \(privateKey) (mode 644); chmod o-rwx \(privateKey)"
        ])
    }
  }

  @Test("what is no Ed25519 key, or a private one in place of a public one, is told with what to do")
  func wrongKind() throws {
    try withFiles(privateText: Self.publicPEM, publicText: Self.privatePEM) { privateKey, publicKey in
      let told = try faults(
        of: minimal + """
          signing: { key: \(privateKey) }
          children: { token: t, public_keys: { w1: \(publicKey), w2: /nonexistent/key } }
          """)
      #expect(told.count == 3)
      #expect(told.contains { $0.contains("signing.key: \(privateKey) holds no Ed25519 private key") })
      #expect(told.contains { $0.contains("children.public_keys.w1: \(publicKey) holds no Ed25519 public key") })
      #expect(told.contains { $0.contains("children.public_keys.w2: cannot read /nonexistent/key") })
      #expect(!told.joined().contains("MC4CAQAw"))
    }
  }

  @Test("signing by a key that is not there, and keys that nothing looks at, are faults")
  func inconsistent() throws {
    let unsigned = try faults(of: minimal + "uplinks: [{ name: up, url: \"http://a:1\", signatures: ed25519 }]")
    #expect(unsigned.map { $0.contains("set signing.key, or signatures: hmac") } == [true])
    try withFiles { _, publicKey in
      let unused = try faults(of: minimal + "children: { public_keys: { w1: \(publicKey) } }")
      #expect(unused.map { $0.contains("children.public_keys are known, but signatures are not looked at") } == [true])
    }
  }
}
