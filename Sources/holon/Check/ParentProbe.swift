import Glibc
import HolonConfig
import RXON

/// Whether a parent can be reached, tells the same time, and takes the token.
///
/// Asks for an access token and throws it away. Nothing else is asked: a poll would take a task with it.
struct ParentProbe {
  let uplink: UplinkConfiguration
  let workerID: String

  /// The parent refuses what is signed further off than a minute.
  private static let greatestSkew = 5

  var findings: [Finding] {
    var findings: [Finding] = []
    let dialler = Dialler()
    do throws(Dialler.Failure) {
      let addresses = try dialler.addresses(of: uplink.url.host, port: uplink.url.dialledPort)
      findings.append(.fine(subject("name"), "\(uplink.url.host) is \(addresses.joined(separator: ", "))"))
      let answer = try request.ask(with: dialler)
      findings.append(.fine(subject("reach"), "\(uplink.url) answers"))
      findings.append(clock(answer))
      findings.append(token(answer))
    } catch {
      findings.append(unreachable(error))
    }
    return findings
  }

  private func subject(_ what: String) -> String { "uplink \(uplink.name): \(what)" }

  private var request: HTTPQuestion {
    var headers = [
      (name: RXONProtocol.Header.workerID, value: workerID),
      (name: RXONProtocol.Header.version, value: RXONProtocol.version),
    ]
    if let token = uplink.token { headers.append((name: RXONProtocol.Header.workerToken, value: token.exposed)) }
    return HTTPQuestion(method: "POST", endpoint: uplink.url, path: RXONProtocol.Path.token, headers: headers)
  }

  private func unreachable(_ failure: Dialler.Failure) -> Finding {
    switch failure {
    case .unknownHost:
      .failure(
        subject("name"), "\(uplink.url.host): \(failure.reason)", remedy: "check uplinks.url and this machine's DNS")
    case .refused, .timedOut:
      .failure(
        subject("reach"), "\(uplink.url): \(failure.reason)",
        remedy: "start the parent, or check the url and the firewalls in between")
    case .broken:
      .failure(subject("reach"), "\(uplink.url): \(failure.reason)", remedy: "check that the url is that of the parent")
    }
  }

  private func clock(_ answer: HTTPQuestion.Answer) -> Finding {
    guard let parentTime = answer.headers["date"].flatMap(Timestamp.unixSeconds(httpDate:)) else {
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

  private func token(_ answer: HTTPQuestion.Answer) -> Finding {
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
