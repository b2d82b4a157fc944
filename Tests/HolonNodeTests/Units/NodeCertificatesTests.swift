import Foundation
import HolonConfig
import HolonPKI
import RXONTLS
import Testing

@testable import HolonNode

@Suite("Certificates that change while the node runs")
struct NodeCertificatesTests {
  private let folder = FileManager.default.temporaryDirectory.appending(path: "holon-\(UUID().uuidString)").path
  private let authority: CertificateAuthority
  private static let now = Int(Date().timeIntervalSince1970)

  init() throws {
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    authority = try CertificateAuthority.create(name: "test", lifetime: 86_400 * 400, now: Self.now).authority
  }

  private func write(_ days: Int, key: PrivateKey) throws {
    let certificate = try authority.issue(
      SubjectNames(id: "node"), for: key.publicKey, lifetime: 86_400 * days, now: Self.now)
    try DurableFile.replace("\(folder)/node.pem", certificate.pem, readers: .everyone)
    try DurableFile.replace("\(folder)/node.key", key.exposedPEM, readers: .owner)
  }

  private var settings: ServerTLSConfiguration {
    get throws {
      let yaml = """
        id: node
        listen: [{ url: "https://127.0.0.1:0", tls: { certificate: \(folder)/node.pem, key: \(folder)/node.key } }]
        """
      try yaml.write(toFile: "\(folder)/config.yaml", atomically: true, encoding: .utf8)
      let loaded = try ConfigurationInputs(file: "\(folder)/config.yaml").load()
      return try #require(loaded.configuration.listen[0].tls)
    }
  }

  private func removeFolder() {
    try? FileManager.default.removeItem(atPath: folder)
  }

  @Test("are taken over when their files change, and only then")
  func takenOver() throws {
    defer { removeFolder() }
    var certificates = NodeCertificates()
    try write(10, key: .generate())
    let contexts = try certificates.serve(settings, at: "listen")
    let first = contexts.current
    #expect(certificates.reloadChanged().isEmpty)
    try write(20, key: .generate())
    #expect(certificates.reloadChanged().map(\.failure) == [nil])
    #expect(contexts.current !== first)
    #expect(abs((certificates.expiries.first?.expires ?? 0) - Self.now - 20 * 86_400) < 60)
    #expect(certificates.reloadChanged().isEmpty)
  }

  @Test("stay as they were while the new files do not fit together, and follow when they do")
  func mismatch() throws {
    defer { removeFolder() }
    var certificates = NodeCertificates()
    try write(10, key: .generate())
    let contexts = try certificates.serve(settings, at: "listen")
    let first = contexts.current
    let next = try PrivateKey.generate()
    let certificate = try authority.issue(
      SubjectNames(id: "node"), for: next.publicKey, lifetime: 86_400, now: Self.now)
    try DurableFile.replace("\(folder)/node.pem", certificate.pem, readers: .everyone)
    #expect(certificates.reloadChanged().first?.failure?.kind == .keyMismatch)
    #expect(contexts.current === first)
    try DurableFile.replace("\(folder)/node.key", next.exposedPEM, readers: .owner)
    #expect(certificates.reloadChanged().map(\.failure) == [nil])
    #expect(contexts.current !== first)
  }

  @Test("that are removed leave the old ones in use, and their end is told")
  func removed() throws {
    defer { removeFolder() }
    var certificates = NodeCertificates()
    try write(6, key: .generate())
    let contexts = try certificates.serve(settings, at: "listen")
    let first = contexts.current
    unlink("\(folder)/node.pem")
    #expect(certificates.reloadChanged().first?.failure != nil)
    #expect(contexts.current === first)
    #expect(certificates.expiring(at: Self.now).map(\.urgency) == [.week])
    #expect(certificates.expiring(at: Self.now).isEmpty)
  }
}
