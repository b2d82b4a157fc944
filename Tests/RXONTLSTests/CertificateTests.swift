import Foundation
import RXONTLS
import Testing

@Suite("What a certificate says")
struct CertificateTests {
  private let credentials = Credentials.shared

  private func certificate(_ name: String) throws -> TLSCertificate {
    try #require(try TLSCertificate.certificates(inFile: credentials.path(name + ".pem")).first)
  }

  /// What `openssl x509` says.
  private func tell(_ name: String, _ arguments: [String]) async throws -> String {
    let command = try Command("openssl", ["x509", "-noout", "-in", name + ".pem"] + arguments)
    await command.waitForExit()
    return command.output.trimmingCharacters(in: .whitespacesAndNewlines)
  }

  @Test("names, issuer, serial number, digest and validity are those that openssl tells")
  func fields() async throws {
    let certificate = try certificate("client")
    #expect(certificate.commonName == "edge-7")
    #expect(certificate.dnsNames == ["edge-7.example"])
    #expect(certificate.uriNames == ["spiffe://example/edge-7"])
    #expect(certificate.ipAddresses == ["192.0.2.7", "2001:db8::7"])
    #expect(certificate.subject == "CN=edge-7,O=Test")
    #expect(certificate.issuer == "CN=ca,O=Test")
    #expect(try await tell("client", ["-serial"]) == "serial=" + certificate.serialNumber.uppercased())
    let digest = try await tell("client", ["-fingerprint", "-sha256"]).replacingOccurrences(of: ":", with: "")
    #expect(digest.lowercased().hasSuffix("=" + certificate.fingerprint))
    let form = DateFormatter()
    form.locale = Locale(identifier: "en_US_POSIX")
    form.timeZone = TimeZone(secondsFromGMT: 0)
    form.dateFormat = "'notAfter='MMM d HH:mm:ss yyyy 'GMT'"
    let told = try await tell("client", ["-enddate"]).replacingOccurrences(of: "  ", with: " ")
    #expect(form.date(from: told)?.timeIntervalSince1970 == Double(certificate.notAfter))
    #expect(try self.certificate("expired").notBefore == 1_577_836_800)
  }

  @Test("text beyond ASCII is read as it is")
  func accents() throws {
    let certificate = try certificate("accents")
    #expect(certificate.commonName == "Zoë")
    #expect(certificate.subject == "CN=Zoë,O=Bücher & Söhne")
  }

  @Test("all certificates of a file are read, in its order")
  func chain() throws {
    let chain = try TLSCertificate.certificates(inFile: credentials.path("server2-pinned.pem"))
    #expect(chain.map(\.commonName) == ["server2", "inter", "ca"])
    let context = try TLSServerContext(
      TLSServerOptions(identity: credentials.identity("server2", chain: "server2-pinned")))
    #expect(context.certificates == chain)
  }

  @Test(
    "a name with a NUL, another control character or broken text in it is no name", arguments: [0, 0x0a, 0x1b, 0xff])
  func disguise(byte: UInt8) throws {
    // OpenSSL reads no certificate with a common name that is no text at all.
    let names = ["edge-7", "edge-7.example", "spiffe://example/edge-7"].dropFirst(byte == 0xff ? 1 : 0)
    let original = try Data(contentsOf: URL(fileURLWithPath: credentials.path("client.pem")))
    let base64 = String(decoding: original, as: UTF8.self).split(separator: "\n").filter { !$0.hasPrefix("-") }.joined()
    var der = try #require(Data(base64Encoded: base64))
    for name in names {
      // From the end, where the alternative names are, except for the common name.
      let options: Data.SearchOptions = name == "edge-7" ? [] : .backwards
      let place = try #require(der.range(of: Data(name.utf8), options: options))
      der[place.lowerBound + 4] = byte
    }
    let pem = "-----BEGIN CERTIFICATE-----\n\(der.base64EncodedString(options: [.lineLength64Characters]))\n"
    let path = try credentials.write(pem + "-----END CERTIFICATE-----\n", to: "disguised-\(byte).pem")
    let disguised = try #require(try TLSCertificate.certificates(inFile: path).first)
    #expect(disguised.commonName == (byte == 0xff ? "edge-7" : nil))
    #expect(disguised.dnsNames.isEmpty)
    #expect(disguised.uriNames.isEmpty)
    #expect(disguised.ipAddresses.count == 2)
    #expect(disguised.subject.utf8.allSatisfy { $0 >= 0x20 })
  }
}
