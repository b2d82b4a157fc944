import HolonConfig
import HolonPKI
import RXON
import RXONHTTP
import RXONTLS

/// One attempt to renew the certificate of an uplink. The key stays: a kill at any moment leaves a pair that fits.
struct CertificateRenewal: Sendable {
  let url: Endpoint
  let route: DialRoute
  let settings: ClientTLSConfiguration
  let identity: TLSIdentityConfiguration

  /// Nil where nobody is to be asked; only over HTTP is a certificate renewed.
  init?(_ uplink: UplinkConfiguration) {
    guard let settings = uplink.tls, settings.renewsItself, let identity = settings.identity,
      let url = settings.renewalURL ?? uplink.url.overHTTP
    else { return nil }
    self.url = url
    route = uplink.route
    self.settings = settings
    self.identity = identity
  }

  /// Blocks on the disk.
  func presentCertificate() throws(PKIFailure) -> Certificate {
    try Certificate(pem: DurableFile.readText(identity.certificate))
  }

  /// What is posted, and what the answer is checked with. Blocks on the disk.
  struct Preparation: Sendable {
    let key: PrivateKey
    let id: String
    let body: [UInt8]
    let tls: TLSClientContext
  }

  func prepare() throws(PKIFailure) -> Preparation {
    let passphrase: Passphrase? = if let secret = identity.passphrase { try Passphrase(secret.exposed) } else { nil }
    let key = try PrivateKey(pem: DurableFile.readText(identity.key), passphrase: passphrase)
    guard let id = try presentCertificate().commonName else {
      throw PKIFailure(.malformed, "\(identity.certificate) names nobody")
    }
    let request = try CertificateRequest(id: id, key: key)
    do throws(TLSConfigurationError) {
      // Of its own, so that the connection shows what is on disk now.
      let tls = try TLSClientContext(TLSClientOptions(settings))
      return Preparation(key: key, id: id, body: EnrolmentRequest(token: nil, request: request).body, tls: tls)
    } catch {
      throw PKIFailure(.malformed, error.message)
    }
  }

  /// Asks the parent.
  func ask(_ preparation: Preparation) async throws(PKIFailure) -> EnrolmentAnswer {
    let answer: HTTPSingleCall.Answer
    do throws(TransportError) {
      answer = try await HTTPSingleCall(endpoint: url, tls: preparation.tls, route: route)
        .post(EnrolmentRequest.renewPath, preparation.body)
    } catch {
      throw PKIFailure(.storage, error.message)
    }
    guard answer.status == 200 else { throw PKIFailure(answer) }
    return try EnrolmentAnswer(answer.body)
  }

  /// Puts the new certificate in the place of the old one. Blocks on the disk.
  func install(_ answer: EnrolmentAnswer, _ preparation: Preparation) throws(PKIFailure) -> Certificate {
    let new = try answer.checked(for: preparation.key, id: preparation.id, now: NodeClock.unixSeconds())
    guard new.notAfter > (try presentCertificate().notAfter) else {
      throw PKIFailure(.malformed, "the new certificate does not last longer than the present one")
    }
    try DurableFile.replace(identity.certificate, try new.pem, readers: .everyone)
    return new
  }
}

extension Endpoint {
  /// `wss` is `https`; nil for gRPC, which is none of it.
  fileprivate var overHTTP: Endpoint? {
    var endpoint = self
    switch scheme {
    case "wss": endpoint.scheme = "https"
    case "ws": endpoint.scheme = "http"
    case "grpc", "grpcs": return nil
    default: break
    }
    return endpoint
  }
}

extension PKIFailure {
  /// What an authority says no with.
  init(_ answer: HTTPSingleCall.Answer) {
    let said = (try? RawJSON(validating: answer.body))?["error"]?.stringValue.map { ": \($0)" } ?? ""
    switch answer.status {
    case 404, 405: self.init(.notFound, "the parent serves no authority (it has no section 'pki')")
    default: self.init(.refused, "the parent answered \(answer.status)\(said)")
    }
  }
}
