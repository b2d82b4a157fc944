import HolonPKI
import Logging
import NIOCore
import NIOHTTP1
import NIOPosix
import RXON
import RXONHTTP

/// Taking in nodes that were invited, and renewing their certificates.
extension HolonNode {
  private typealias Issued = (certificate: Certificate, names: SubjectNames)

  /// `POST /_holon/enrol`: the invitation's token is the proof.
  func enrol(_ request: HTTPRequest, _ exchange: HTTPExchange) {
    guard let desk = enrolment else { return }
    let (folder, authority, life) = (desk.folder, desk.authority, desk.certificateLife)
    answer(exchange, request, uplink: "\(desk.uplink)", counter: "enrolments") { () throws(PKIFailure) in
      let asked = try EnrolmentRequest(request.body)
      guard let token = asked.token else { throw PKIFailure(.malformed, "the token is missing") }
      return try folder.enrol(
        token: token, request: CertificateRequest(pem: asked.request), by: authority, lifetime: life,
        now: NodeClock.unixSeconds())
    }
  }

  /// `POST /_holon/renew`: the certificate of the connection is the proof.
  func renewCertificate(_ request: HTTPRequest, _ exchange: HTTPExchange) {
    guard let desk = enrolment, let present = request.certificate, let id = present.commonName else {
      exchange.answer(.error(.forbidden, "renewing a certificate takes a connection with the present one"))
      return
    }
    guard !authenticator.access.isRevoked(id) else {
      exchange.answer(.error(.forbidden, "this worker was revoked"))
      return
    }
    if let delay = enrolment?.renewalDelay(of: id, at: clock.uptime) {
      exchange.answer(.tooEarly(delay, "the certificate was renewed a moment ago"))
      return
    }
    let (folder, authority, life) = (desk.folder, desk.authority, desk.certificateLife)
    answer(exchange, request, uplink: nil, counter: "renewals_granted") { () throws(PKIFailure) in
      let asked = try EnrolmentRequest(request.body)
      return try folder.renew(
        present.fingerprint, request: CertificateRequest(pem: asked.request), by: authority, lifetime: life,
        now: NodeClock.unixSeconds())
    }
  }

  /// Signs off the loop: each certificate has its record on disk before it is handed out.
  private func answer(
    _ exchange: HTTPExchange, _ request: HTTPRequest, uplink: String?, counter: String,
    _ issue: @escaping @Sendable () throws(PKIFailure) -> Issued
  ) {
    let address = request.remoteAddress
    if let delay = enrolment?.begin(from: address, at: clock.uptime) {
      counters.add(counter, label: "delayed")
      exchange.answer(.tooEarly(delay, "too many attempts"))
      return
    }
    NIOThreadPool.singleton.submit { state in
      let outcome: Result<Issued, PKIFailure> =
        switch state {
        case .active: Result(catching: issue)
        case .cancelled: .failure(PKIFailure(.storage, "the node is stopping"))
        }
      self.onLoop { node in
        node.finish(outcome, of: address, uplink: uplink, counter: counter, exchange)
      }
    }
  }

  private func finish(
    _ outcome: Result<Issued, PKIFailure>, of address: String, uplink: String?, counter: String,
    _ exchange: HTTPExchange
  ) {
    do throws(PKIFailure) {
      let issued = try outcome.get()
      let answer = EnrolmentAnswer(
        id: issued.names.id, certificate: try issued.certificate.pem,
        authority: try enrolment?.authority.certificate.pem ?? "", uplink: uplink)
      enrolment?.finish(nil, of: address, at: clock.uptime)
      if uplink == nil { enrolment?.renewed(issued.names.id, at: clock.uptime) }
      counters.add(counter, label: "done")
      logger.notice(
        uplink == nil ? "Renewed a child's certificate" : "Took a new node in",
        metadata: [
          "node": "\(issued.names.id)", "address": "\(address)", "serial": "\(issued.certificate.serial)",
        ])
      exchange.answer(.json(.ok, answer.body))
    } catch {
      enrolment?.finish(error, of: address, at: clock.uptime)
      refuse(error, address: address, counter: counter, exchange)
    }
  }

  private func refuse(_ failure: PKIFailure, address: String, counter: String, _ exchange: HTTPExchange) {
    let metadata: Logger.Metadata = ["address": "\(address)", "reason": "\(failure.message)"]
    switch failure.kind {
    case .refused, .malformed:
      counters.add(counter, label: "refused")
      logger.warning("Refused a certificate", metadata: metadata)
      exchange.answer(.error(failure.kind == .refused ? .forbidden : .badRequest, failure.message))
    default:
      counters.add(counter, label: "failed")
      logger.error("Could not make a certificate", metadata: metadata)
      exchange.answer(.error(.internalServerError, "the authority could not do it; its log says why"))
    }
  }
}

extension HTTPResponse {
  fileprivate static func tooEarly(_ delay: Duration, _ reason: String) -> HTTPResponse {
    let seconds = max(1, Int((delay / .seconds(1)).rounded(.up)))
    var response = HTTPResponse.error(.tooManyRequests, "\(reason); come again in \(seconds) s")
    response.headers.append((name: "Retry-After", value: String(seconds)))
    return response
  }
}
