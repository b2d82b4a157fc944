import Glibc
import HolonConfig
import HolonNode
import NIOHTTP1
import RXON
import RXONGRPC
import RXONHTTP
import RXONTLS

/// Whether a parent can be reached, tells the same time, and takes the token.
///
/// Asks for an access token and throws it away. Nothing else is asked: a poll would take a task with it.
struct ParentProbe {
  let uplink: UplinkConfiguration
  let nodeID: String

  /// The parent refuses what is signed further off than a minute.
  private static let greatestSkew = 5

  func findings() async -> [Finding] {
    var findings = RouteProbe(uplink: uplink).findings
    guard !findings.contains(where: { $0.level == .failure }) else { return findings }
    do throws(TLSConfigurationError) {
      let context = try uplink.tls.map { settings throws(TLSConfigurationError) in
        try TLSClientContext(TLSClientOptions(settings, protocols: uplink.url.applicationProtocols))
      }
      findings += CertificateProbe.expiry(context?.certificates.first, subject("own certificate")).map { [$0] } ?? []
      #if GRPC
        if uplink.url.scheme.hasPrefix("grpc") {
          for identity in identities { findings.append(await askOverGRPC(as: identity, context)) }
          return findings
        }
      #endif
      findings += await ask(HTTPSingleCall(endpoint: uplink.url, tls: context, route: uplink.route))
    } catch {
      findings.append(.failure(subject("own certificate"), error.message, remedy: "mend uplinks.tls"))
    }
    return findings
  }

  private func ask(_ call: HTTPSingleCall) async -> [Finding] {
    var call = call
    if !uplink.url.isOnion { call.timeout = .seconds(5) }
    do throws(TransportError) {
      let session = try await call.connect()
      var findings = [Finding.fine(subject("reach"), reached(session))]
      findings += CertificateProbe.expiry(session?.peer, subject("its certificate")).map { [$0] } ?? []
      for identity in identities {
        let answer = try await call.send(.POST, RXONProtocol.Path.token, headers: headers(identity))
        if identity == identities.first { findings.append(clock(answer)) }
        findings.append(token(answer, of: identity))
      }
      return findings
    } catch {
      return [
        .failure(
          subject("reach"), error.message,
          remedy: "start the parent, or check the url, the certificates, and \(RouteProbe.between(uplink))")
      ]
    }
  }

  #if GRPC
    /// A link is opened to those alone whom the parent takes, so one finding tells all.
    private func askOverGRPC(as identity: Identity, _ context: TLSClientContext?) async -> Finding {
      var options = HTTPTransportOptions()
      options.tls = context.map(TLSClientContexts.init)
      options.route = uplink.route
      do throws(TransportError) {
        let transport = try GRPCTransport(
          endpoint: uplink.url, workerID: identity.workerID, token: identity.token?.exposed ?? "", options: options)
        defer { Task { await transport.close() } }
        _ = try await transport.refreshToken()
        return .fine(subject("reach and token"), reached(nil))
      } catch {
        return .failure(
          subject("reach and token"), error.message,
          remedy:
            "start the parent, or check the url, \(identity.key), the certificates, and \(RouteProbe.between(uplink))")
      }
    }
  #endif

  private func reached(_ session: TLSSession?) -> String {
    let way = uplink.route.proxy.map { " through \($0)" } ?? ""
    let encryption = session.map { ", by \($0.version) with \($0.cipher)" } ?? ""
    return "\(uplink.url) answers\(way)\(encryption)"
  }

  private func subject(_ what: String) -> String { "uplink \(uplink.name): \(what)" }

  /// One of those that speak to the parent from here.
  private struct Identity: Equatable {
    var workerID: String
    var token: Secret?
    /// The key that the token is set by.
    var key: String
  }

  /// The node, unless it speaks as its children with a token for each.
  private var identities: [Identity] {
    let children = uplink.childTokens.sorted { $0.key < $1.key }.map { child, token in
      Identity(workerID: uplink.childPrefix + child, token: token, key: "uplinks.child_tokens.\(child)")
    }
    let own = Identity(workerID: nodeID, token: uplink.token, key: "uplinks.token")
    return uplink.token != nil || children.isEmpty ? [own] + children : children
  }

  private func headers(_ identity: Identity) -> [(String, String)] {
    let names = [
      (RXONProtocol.Header.workerID, identity.workerID), (RXONProtocol.Header.version, RXONProtocol.version),
    ]
    return names + (identity.token.map { [(RXONProtocol.Header.workerToken, $0.exposed)] } ?? [])
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

  private func token(_ answer: HTTPSingleCall.Answer, of identity: Identity) -> Finding {
    let subject = subject(identity.workerID == nodeID ? "token" : "token of \(identity.workerID)")
    return switch answer.status {
    case 200:
      .fine(subject, "taken")
    case 401, 403:
      .failure(
        subject, identity.token == nil ? "the parent wants a token" : "the parent refuses it",
        remedy: "set \(identity.key) to what the parent has for \(identity.workerID), or its global one")
    case 404:
      .failure(
        subject, "nothing of RXON is served at \(uplink.url)", remedy: "check the url's port and path")
    case let status:
      .warning(subject, "could not be tried: the parent answered \(status)", remedy: "try again later")
    }
  }
}
