import Glibc
import HolonConfig
import HolonPKI
import RXON
import RXONHTTP
import RXONTLS

/// Takes this machine in with a join string. May be cut off anywhere, and done again with the same string.
struct Joining {
  let string: JoinString
  let folder: JoinFolder
  let listen: Endpoint
  let journal: String
  /// What it says of proxies applies to the way to the authority.
  let environment: [String: String]

  struct Outcome {
    var uplink: String
    var certificate: Certificate
  }

  func run() async throws(PKIFailure) -> Outcome {
    try folder.expectRoom()
    folder.tidy()
    let earlier = try folder.answer()
    if earlier == nil { try string.expectUnexpired(at: time(nil)) }
    let key = try folder.key()
    let answer: EnrolmentAnswer
    let certificate: Certificate
    if let earlier {
      certificate = try check(earlier, key)
      answer = earlier
    } else {
      answer = try await ask(key)
      certificate = try check(answer, key)
      try folder.keep(answer)
    }
    let uplink = answer.uplink ?? ""
    let configuration = JoinedConfiguration(
      id: string.id, folder: folder, uplink: uplink, listen: listen, journal: journal, enrolledAt: string.url,
      proxy: try route().proxy)
    try folder.install(answer, configuration: configuration.text)
    return Outcome(uplink: uplink, certificate: certificate)
  }

  /// The token goes to nobody but the endpoint of the authority that the string names.
  private func ask(_ key: PrivateKey) async throws(PKIFailure) -> EnrolmentAnswer {
    let route = try route()
    let answer: HTTPSingleCall.Answer
    do throws(TransportError) {
      let request = EnrolmentRequest(token: string.token, request: try request(key))
      answer = try await HTTPSingleCall(endpoint: string.url, tls: try context(), route: route)
        .post(EnrolmentRequest.enrolPath, request.body)
    } catch {
      throw PKIFailure(.refused, "\(error.message); check that the node there runs, and that the join string is its")
    }
    guard answer.status == 200 else {
      let said = (try? RawJSON(validating: answer.body))?["error"]?.stringValue ?? "no reason given"
      throw PKIFailure(.refused, "\(string.url) answered \(answer.status): \(said)")
    }
    return try EnrolmentAnswer(answer.body)
  }

  private func route() throws(PKIFailure) -> DialRoute {
    do throws(ProxyError) {
      return try ProxyEnvironment(environment).route(to: string.url)
    } catch {
      throw PKIFailure(.malformed, "the environment's proxy for \(string.url): \(error); \(error.remedy)")
    }
  }

  private func request(_ key: PrivateKey) throws(TransportError) -> CertificateRequest {
    do throws(PKIFailure) {
      return try CertificateRequest(id: string.id, key: key)
    } catch {
      throw TransportError(.unsendable, error.message)
    }
  }

  private func context() throws(TransportError) -> TLSClientContext {
    let trust = TLSTrust.authority(sha256Fingerprint: string.authority)
    do throws(TLSConfigurationError) {
      return try TLSClientContext(TLSClientOptions(trust: trust, serverName: EnrolmentName.host))
    } catch {
      throw TransportError(.unsendable, error.message)
    }
  }

  private func check(_ answer: EnrolmentAnswer, _ key: PrivateKey) throws(PKIFailure) -> Certificate {
    guard try Certificate(pem: answer.authority).fingerprint == string.authority else {
      throw PKIFailure(
        .malformed,
        "the answer comes from another authority than the join string names; ask for a new string, and remove "
          + "\(folder.answerFile) if it is left from another invitation")
    }
    guard let uplink = answer.uplink, let url = try? Endpoint(uplink), url.scheme == "https" else {
      throw PKIFailure(.malformed, "the answer names no parent to dial; set pki.uplink at \(string.url)")
    }
    return try answer.checked(for: key, id: string.id, now: time(nil))
  }
}
