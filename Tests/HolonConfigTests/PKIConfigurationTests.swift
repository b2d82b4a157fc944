import HolonConfig
import Testing

@Suite("The authority in the configuration")
struct PKIConfigurationTests {
  private let section = """
    pki:
      folder: /var/lib/holon/pki
      url: https://127.0.0.1:8701
      uplink: https://region.example:8700

    """

  @Test("it is served where it is written, with certificates for 90 days")
  func defaults() throws {
    #expect(try load(minimal).configuration.pki == nil)
    let pki = try #require(try load(minimal + section).configuration.pki)
    #expect(pki.folder == "/var/lib/holon/pki")
    #expect(pki.uplink.description == "https://region.example:8700")
    #expect(pki.certificateLife == .seconds(90 * 86_400))
    #expect(pki.passphrase == nil)
  }

  @Test("nodes join, and dial from then on, by https only")
  func secureOnly() throws {
    let plain = section.replacing("https://", with: "http://")
    let told = try faults(of: minimal + plain)
    #expect(told.count == 2)
    #expect(told.allSatisfy { $0.contains("the scheme http is not known here; use https://") })
  }

  @Test("what is missing is said")
  func missing() throws {
    let told = try faults(of: minimal + "pki: { folder: x }")
    #expect(told.contains { $0.contains("pki.url is missing") })
    #expect(told.contains { $0.contains("pki.uplink is missing") })
  }

  @Test("its address is not that of a listener")
  func clash() throws {
    let told = try faults(
      of: """
        id: region
        listen: [{ url: "http://127.0.0.1:8701" }]

        """ + section)
    #expect(told.contains { $0.contains("give pki.url a port of its own") })
  }

  @Test("an authority whose certificates no listener asks for is probably not meant")
  func nobodyAsks() throws {
    let warnings = try load(minimal + section).warnings.map(\.description)
    #expect(warnings.contains { $0.contains("no listener asks for one; set listen.tls.client_ca") })
  }

  @Test("renewals can be left to somebody else")
  func renewal() throws {
    let uplink = #"uplinks: [{ url: "https://b:1", tls: { renew: off } }, { url: "https://c:1" }]"#
    let uplinks = try load(minimal + uplink).configuration.uplinks
    #expect(uplinks.map(\.tls?.renewal) == [.off, .auto])
  }
}
