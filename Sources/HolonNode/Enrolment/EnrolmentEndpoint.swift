import HolonConfig
import HolonPKI
import NIOCore
import RXON
import RXONHTTP
import RXONTLS

/// Opening the authority that a node serves, and the address at which nodes join.
extension HolonNode {
  func openEnrolment(_ settings: PKIConfiguration) throws(StartFailure) {
    do throws(PKIFailure) {
      let folder = AuthorityFolder(settings.folder)
      let passphrase: Passphrase? = if let secret = settings.passphrase { try Passphrase(secret.exposed) } else { nil }
      enrolment = EnrolmentDesk(
        folder: folder, authority: try folder.authority(passphrase: passphrase), uplink: settings.uplink,
        certificateLife: settings.certificateLife)
    } catch {
      throw StartFailure(.configuration, "pki.folder: \(error.message)")
    }
  }

  /// - Returns: its URL.
  func startEnrolmentServer(_ settings: PKIConfiguration) async throws(StartFailure) -> String {
    guard let desk = enrolment else { throw StartFailure(.configuration, "pki: there is no authority") }
    let server = HTTPServer(
      host: settings.url.host, port: settings.url.port ?? 443, group: loop, limits: Self.enrolmentLimits,
      tls: try Self.enrolmentContexts(desk), responder: EnrolmentResponder(node: self))
    do {
      let port = try await server.start()
      enrolmentServer = server
      return "https://\(settings.url.host):\(port)"
    } catch {
      throw StartFailure(.environment, "\(error)")
    }
  }

  /// Anybody may dial there, so it is kept small.
  private static var enrolmentLimits: HTTPServerLimits {
    var limits = HTTPServerLimits()
    limits.bodySize = EnrolmentRequest.sizeLimit
    limits.connections = 256
    limits.pipelinedRequests = 1
    limits.headerTimeout = .seconds(10)
    limits.bodyTimeout = .seconds(10)
    limits.idleTimeout = .seconds(30)
    return limits
  }

  /// The endpoint's certificate is made anew at each start, with the authority's own behind it: whoever joins knows the
  /// authority by its fingerprint only.
  private static func enrolmentContexts(_ desk: EnrolmentDesk) throws(StartFailure) -> TLSServerContexts {
    do {
      let key = try PrivateKey.generate()
      let now = NodeClock.unixSeconds()
      let authority = desk.authority.certificate
      let leaf = try desk.authority.issueForEnrolment(
        key: key.publicKey, lifetime: max(1, authority.notAfter - now), now: now)
      let (certificateFile, keyFile) = ("\(desk.folder.path)/endpoint.pem", "\(desk.folder.path)/endpoint.key")
      try DurableFile.replace(keyFile, try key.exposedPEM, readers: .owner)
      try DurableFile.replace(certificateFile, try leaf.pem + authority.pem, readers: .everyone)
      return TLSServerContexts(
        try TLSServerContext(TLSServerOptions(identity: TLSIdentity(certificate: certificateFile, key: keyFile))))
    } catch let failure as PKIFailure {
      throw StartFailure(.environment, "pki: \(failure.message)")
    } catch {
      throw StartFailure(.environment, "pki: \(error)")
    }
  }
}
