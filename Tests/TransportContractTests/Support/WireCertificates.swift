import Foundation
import HolonPKI
import RXONTLS

/// An authority, a certificate for the listener on loopback and one for the worker `w1`, in files that stay as long as
/// the process.
enum WireCertificates {
  private struct Files {
    let authority: String
    let listener: TLSIdentity
    let worker: TLSIdentity
  }

  private static let files = Result { try makeFiles() }

  static func serverContexts() throws -> TLSServerContexts {
    let files = try files.get()
    var options = TLSServerOptions(identity: files.listener)
    options.clientTrust = .file(files.authority)
    options.clientCertificates = .required
    return TLSServerContexts(try TLSServerContext(options))
  }

  static func clientContexts() throws -> TLSClientContexts {
    let files = try files.get()
    var options = TLSClientOptions()
    options.trust = .file(files.authority)
    options.identity = files.worker
    return TLSClientContexts(try TLSClientContext(options))
  }

  private static func makeFiles() throws -> Files {
    let folder = FileManager.default.temporaryDirectory.appending(path: "holon-wires-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    let now = Int(Date().timeIntervalSince1970)
    let (authority, _) = try CertificateAuthority.create(name: "wires", lifetime: 86_400, now: now)
    let file = folder.appending(path: "ca.pem").path
    try DurableFile.create(file, authority.certificate.pem, readers: .everyone)
    func identity(_ names: SubjectNames) throws -> TLSIdentity {
      let key = try PrivateKey.generate()
      let certificate = try authority.issue(names, for: key.publicKey, lifetime: 86_400, now: now)
      let path = folder.appending(path: names.id).path
      try DurableFile.create("\(path).pem", certificate.pem, readers: .everyone)
      try DurableFile.create("\(path).key", key.exposedPEM, readers: .owner)
      return TLSIdentity(certificate: "\(path).pem", key: "\(path).key")
    }
    return Files(
      authority: file, listener: try identity(SubjectNames(id: "listener", ip: ["127.0.0.1"])),
      worker: try identity(SubjectNames(id: "w1")))
  }
}
