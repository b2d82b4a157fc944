import Glibc
import HolonPKI
import RXONTLS

/// A server with a certificate, and a client that trusts it. The files that they are read from are gone afterwards.
struct TLSContexts: Sendable {
  let server: TLSServerContext
  let client: TLSClientContext

  static let shared = Result { try TLSContexts() }

  private init() throws {
    let folder = try Self.makeFolder()
    defer { Self.remove(folder) }
    let now = time(nil)
    let (authority, _) = try CertificateAuthority.create(name: "fuzzing", lifetime: 86_400, now: now)
    let key = try PrivateKey.generate()
    let names = try SubjectNames(id: "server", dns: ["localhost"])
    let certificate = try authority.issue(names, for: key.publicKey, lifetime: 86_400, now: now)
    try DurableFile.create("\(folder)/ca", authority.certificate.pem, readers: .everyone)
    try DurableFile.create("\(folder)/certificate", certificate.pem, readers: .everyone)
    try DurableFile.create("\(folder)/key", key.exposedPEM, readers: .owner)
    let identity = TLSIdentity(certificate: "\(folder)/certificate", key: "\(folder)/key")
    server = try TLSServerContext(TLSServerOptions(identity: identity))
    client = try TLSClientContext(TLSClientOptions(trust: .file("\(folder)/ca")))
  }

  private static func makeFolder() throws -> String {
    var template = Array("/tmp/holon-fuzzing-XXXXXX".utf8CString)
    return try template.withUnsafeMutableBufferPointer { template in
      guard let name = template.baseAddress, mkdtemp(name) != nil else {
        throw BrokenProperty(description: "no temporary folder")
      }
      return String(cString: name)
    }
  }

  private static func remove(_ folder: String) {
    for file in ["ca", "certificate", "key"] { unlink("\(folder)/\(file)") }
    rmdir(folder)
  }
}
