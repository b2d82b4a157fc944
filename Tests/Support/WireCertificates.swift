import Foundation
import HolonPKI
public import RXONTLS

/// An authority, a certificate for the listener on loopback and one for the worker `w1`, in files that stay as long as
/// the process.
public enum WireCertificates {
  public struct Files: Sendable {
    public let authority: String
    public let listener: TLSIdentity
    public let worker: TLSIdentity
  }

  private static let made = Result { try makeFiles() }

  public static var files: Files {
    get throws { try made.get() }
  }

  /// - Parameters:
  ///   - protocols: what the connection is to carry (ALPN).
  ///   - clientCertificates: whether the one who calls must show one.
  public static func serverContexts(
    protocols: [String] = ["http/1.1"], clientCertificates: ClientCertificatePolicy = .required
  ) throws -> TLSServerContexts {
    let files = try files
    var options = TLSServerOptions(identity: files.listener)
    options.clientCertificates = clientCertificates
    if clientCertificates != .none { options.clientTrust = .file(files.authority) }
    options.applicationProtocols = protocols
    return TLSServerContexts(try TLSServerContext(options))
  }

  /// - Parameter protocols: what the connection is to carry (ALPN).
  public static func clientContexts(protocols: [String] = ["http/1.1"]) throws -> TLSClientContexts {
    let files = try files
    var options = TLSClientOptions()
    options.trust = .file(files.authority)
    options.identity = files.worker
    options.applicationProtocols = protocols
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
