import HolonConfig
import Testing

@Suite("What children must prove")
struct ChildrenConfigurationTests {
  /// Any file that can be read will do: the configuration does not look into certificates.
  private let file = #filePath

  private func children(_ yaml: String, client: String? = nil) throws -> ChildrenConfiguration {
    try load("id: edge\n\(listener(client: client))\(yaml)").configuration.children
  }

  /// - Parameter client: whether client certificates are asked for, where an authority is named; nil for no TLS.
  private func listener(client: String?) -> String {
    guard let client else { return "listen: [{ url: \"http://127.0.0.1:0\" }]\n" }
    return """
      listen:
        - url: https://127.0.0.1:0
          tls: { certificate: \(file), key: "pkcs11:k", client_ca: \(file), client_certificates: \(client) }

      """
  }

  @Test("an address on loopback admits anyone only where the configuration names no credentials at all")
  func loopback() throws {
    #expect(try children("").admitsAnyone)
    #expect(try !children("children: { token: t }").admitsAnyone)
    #expect(try !children("children: { auth: token-only }").admitsAnyone)
    #expect(try !children("children: { auth: mixed }").admitsAnyone)
    #expect(try !children("", client: "optional").admitsAnyone)
    #expect(try children("children: { auth: open-to-anyone }", client: "required").admitsAnyone)
  }

  @Test("an address beyond loopback may wait for tokens to be issued, where that is what auth says")
  func issuedTokensOnly() throws {
    let open = "id: edge\nlisten: [{ url: \"http://0.0.0.0:8700\" }]\n"
    #expect(try !load(open + "children: { auth: token-only }").configuration.children.admitsAnyone)
  }

  @Test("whoever has a token must sign; a certificate alone vouches for its connection")
  func usualSignatures() throws {
    #expect(try children("").signatures == .off)
    #expect(try children("children: { token: t }").signatures == .required)
    #expect(try children("children: { auth: token-only }", client: "optional").signatures == .required)
    #expect(try children("", client: "required").signatures == .ifPresent)
    #expect(try children("children: { auth: mtls-only }", client: "required").signatures == .ifPresent)
    #expect(try children("children: { auth: mtls-only, token: t }", client: "required").signatures == .required)
    #expect(try children("children: { signatures: required }", client: "required").signatures == .required)
  }

  @Test("mtls-only is refused at a listener that asks for no certificate")
  func mtlsOnlyWithoutCertificates() throws {
    let told = try faults(of: "id: edge\n\(listener(client: nil))children: { auth: mtls-only }")
    #expect(told.count == 1)
    #expect(told.first?.contains("asks for no client certificate; set its tls.client_ca") == true, "\(told)")
  }

  @Test("a refresh token must not end before the access token that it renews")
  func lives() throws {
    let told = try faults(
      of: "id: edge\n\(listener(client: nil))children: { token: t, access_token_life: 2h, refresh_token_life: 1h }")
    #expect(told.first?.contains("children.refresh_token_life is shorter") == true, "\(told)")
    let usual = try children("children: { token: t }")
    #expect(usual.accessTokenLife == .seconds(3600) && usual.refreshTokenLife == .seconds(86_400))
  }
}
