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

  @Test("renewals can go to another listener of the parent, over https alone")
  func renewalURL() throws {
    let uplink = #"uplinks: [{ url: "https://b:1", tls: { renew_url: "https://b:2" } }]"#
    #expect(try load(minimal + uplink).configuration.uplinks.map(\.tls?.renewalURL?.port) == [2])
    let plain = uplink.replacing("https://b:2", with: "http://b:2")
    #expect(try faults(of: minimal + plain).contains { $0.contains("renew_url") && $0.contains("use https://") })
  }

  @Test("an address for renewals where nothing is renewed is warned of")
  func idleRenewalURL() throws {
    func isWarned(_ tls: String) throws -> Bool {
      try load(minimal + #"uplinks: [{ url: "https://b:1", tls: { \#(tls) } }]"#).warnings
        .contains { $0.description.contains("tls.renew_url of uplink b:1 has no effect") }
    }
    #expect(try isWarned(#"renew_url: "https://b:2""#))
    let withCertificate = try withTemporaryFile("") { file in
      try ["", ", renew: off"].map {
        try isWarned(#"certificate: \#(file), key: \#(file), renew_url: "https://b:2"\#($0)"#)
      }
    }
    #expect(withCertificate == [false, true])
  }

  #if GRPC
    @Test("a certificate that is not renewed over grpcs is warned of, unless it is said where, or who does it")
    func renewalOverGRPC() throws {
      func warnings(_ more: String) throws -> [String] {
        try withTemporaryFile("") { file in
          let uplink = #"uplinks: [{ url: "grpcs://b:1", tls: { certificate: \#(file), key: \#(file)\#(more) } }]"#
          return try load(minimal + uplink).warnings.map(\.description)
        }
      }
      #expect(try warnings("").contains { $0.contains("does not renew itself") && $0.contains("tls.renew_url") })
      for more in [#", renew_url: "https://b:2""#, ", renew: off"] {
        #expect(try !warnings(more).contains { $0.contains("does not renew itself") })
      }
    }
  #endif

  @Test("renewals can be left to somebody else")
  func renewal() throws {
    let uplink = #"uplinks: [{ url: "https://b:1", tls: { renew: off } }, { url: "https://c:1" }]"#
    let uplinks = try load(minimal + uplink).configuration.uplinks
    #expect(uplinks.map(\.tls?.renewal) == [.off, .auto])
  }
}
