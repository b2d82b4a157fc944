import Foundation
import HolonPKI

/// A certificate (ECDSA, P-256) for 127.0.0.1 and the authority that issued it, as PEM files.
struct ServerCertificate {
  let authority: String
  let certificate: String
  let key: String

  init(in directory: String) throws {
    let now = Int(Date().timeIntervalSince1970)
    let day = 86_400
    let (issuer, _) = try CertificateAuthority.create(name: "benchmark", lifetime: day, now: now)
    let privateKey = try PrivateKey.generate()
    let issued = try issuer.issue(
      SubjectNames(id: "bench", ip: ["127.0.0.1"]), for: privateKey.publicKey, lifetime: day, now: now)
    authority = try Self.write(issuer.certificate.pem, to: "\(directory)/authority.pem")
    certificate = try Self.write(issued.pem, to: "\(directory)/server.pem")
    key = try Self.write(privateKey.exposedPEM, to: "\(directory)/server.key")
  }

  private static func write(_ text: String, to path: String) throws -> String {
    let isWritten = FileManager.default.createFile(
      atPath: path, contents: Data(text.utf8), attributes: [.posixPermissions: 0o600])
    guard isWritten else { throw BenchmarkFailure("cannot write \(path)") }
    return path
  }
}
