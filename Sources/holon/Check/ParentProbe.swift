import Glibc
import HolonConfig
import HolonNode
import NIOHTTP1
import RXON
import RXONHTTP
import RXONTLS

/// Whether a parent can be reached, tells the same time, and takes the token.
///
/// Asks for an access token and throws it away. Nothing else is asked: a poll would take a task with it.
struct ParentProbe {
  let uplink: UplinkConfiguration
  let workerID: String

  /// The parent refuses what is signed further off than a minute.
  private static let greatestSkew = 5

  func findings() async -> [Finding] {
    var findings: [Finding] = []
    do throws(Dialler.Failure) {
      let addresses = try Dialler().addresses(of: uplink.url.host, port: uplink.url.dialledPort)
      findings.append(.fine(subject("name"), "\(uplink.url.host) is \(addresses.joined(separator: ", "))"))
    } catch {
      let remedy = "check uplinks.url and this machine's DNS"
      return [.failure(subject("name"), "\(uplink.url.host): \(error.reason)", remedy: remedy)]
    }
    do throws(TLSConfigurationError) {
      let context = try uplink.tls.map { settings throws(TLSConfigurationError) in
        try TLSClientContext(TLSClientOptions(settings))
      }
      findings += CertificateProbe.expiry(context?.certificates.first, subject("own certificate")).map { [$0] } ?? []
      findings += await ask(HTTPSingleCall(endpoint: uplink.url, tls: context))
    } catch {
      findings.append(.failure(subject("own certificate"), error.message, remedy: "mend uplinks.tls"))
    }
    return findings
  }

  private func ask(_ call: HTTPSingleCall) async -> [Finding] {
    var call = call
    call.timeout = .seconds(5)
    do throws(TransportError) {
      let session = try await call.connect()
      var findings = [Finding.fine(subject("reach"), reached(session))]
      findings += CertificateProbe.expiry(session?.peer, subject("its certificate")).map { [$0] } ?? []
      let answer = try await call.send(.POST, RXONProtocol.Path.token, headers: headers)
      return findings + [clock(answer), token(answer)]
    } catch {
      return [
        .failure(
          subject("reach"), error.message,
          remedy: "start the parent, or check the url, the certificates, and the firewalls in between")
      ]
    }
  }

  private func reached(_ session: TLSSession?) -> String {
    session.map { "\(uplink.url) answers, by \($0.version) with \($0.cipher)" } ?? "\(uplink.url) answers"
  }

  private func subject(_ what: String) -> String { "uplink \(uplink.name): \(what)" }

  private var headers: [(String, String)] {
    let names = [
      (RXONProtocol.Header.workerID, workerID), (RXONProtocol.Header.version, RXONProtocol.version),
    ]
    return names + (uplink.token.map { [(RXONProtocol.Header.workerToken, $0.exposed)] } ?? [])
  }

  private func clock(_ answer: HTTPSingleCall.Answer) -> Finding {
    guard let parentTime = answer.headers.first(name: "date").flatMap(Timestamp.unixSeconds(httpDate:)) else {
      return .warning(
        subject("clock"), "the parent does not tell its time",
        remedy: "keep both clocks right by NTP; signatures a minute off are refused")
    }
    var now = timespec()
    clock_gettime(CLOCK_REALTIME, &now)
    let skew = parentTime - now.tv_sec
    guard abs(skew) > Self.greatestSkew else { return .fine(subject("clock"), "agrees with this machine's") }
    return .warning(
      subject("clock"), "\(abs(skew)) s \(skew > 0 ? "ahead of" : "behind") this machine's",
      remedy: "set the wrong one by NTP; holon corrects its signatures, deadlines still suffer")
  }

  private func token(_ answer: HTTPSingleCall.Answer) -> Finding {
    let subject = subject("token")
    return switch answer.status {
    case 200:
      .fine(subject, "taken")
    case 401, 403:
      .failure(
        subject, uplink.token == nil ? "the parent wants a token" : "the parent refuses it",
        remedy: "set uplinks.token to what the parent has for \(workerID), or its global one")
    case 404:
      .failure(
        subject, "nothing of RXON is served at \(uplink.url)", remedy: "check the url's port and path")
    case let status:
      .warning(subject, "could not be tried: the parent answered \(status)", remedy: "try again later")
    }
  }
}
