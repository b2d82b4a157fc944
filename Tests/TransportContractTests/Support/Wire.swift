import NIOCore
import NIOPosix
import RXON
import RXONHTTP
import RXONSignatures
import TestSupport
import Testing

/// A way for a worker to reach a parent. The contract suite runs over every one in ``Wires/all``.
protocol Wire: Sendable, CustomTestStringConvertible {
  /// The address that all calls must come from; nil where any will do.
  var source: String? { get }
  /// Starts a listener for `handler` and makes a transport that leads to it.
  func open(_ handler: any ListenerHandler, token: String) async throws -> OpenWire
}

extension Wire {
  var source: String? { nil }
}

/// One that goes over a network, by a route that can be chosen.
protocol RoutedWire: Wire {
  var route: DialRoute { get set }
}

struct OpenWire: Sendable {
  let listener: any Listener
  let transport: any Transport
  /// Starts a listener at the same address again, once the first was stopped; nil where addresses are not used twice.
  let reopen: (@Sendable (any ListenerHandler) async throws -> any Listener)?

  func sendResult(_ taskID: String) async throws -> ResultReply {
    try await transport.sendResult(TaskResult(jobID: "j1", taskID: taskID))
  }

  func shutDown() async {
    await transport.close()
    await listener.stop(grace: .zero)
  }
}

enum Wires {
  static let all: [any Wire] = [InProcessWire()] + overNetwork + throughProxies

  static let overNetwork: [any RoutedWire] =
    [HTTPWire(), HTTPWire(isSecure: true), HTTPWire(isLink: true), HTTPWire(isLink: true, isSecure: true)] + gRPC

  static let throughProxies: [any Wire] = overNetwork.flatMap { wire in
    Proxy.Kind.allCases.map { ProxiedWire(base: wire, kind: $0) }
  }
}

struct InProcessWire: Wire {
  var testDescription: String { "in-process" }

  func open(_ handler: any ListenerHandler, token: String) async throws -> OpenWire {
    let listener = InProcessListener(isHolon: true, time: { 1_700_000_000 })
    _ = try await listener.start(handler: handler)
    let secret = HMACSecret(token)
    let transport = listener.makeTransport(workerID: "w1", token: token, isHolon: true) {
      (message, ignoring) throws(TransportError) in
      do throws(SignatureError) {
        return try PayloadSignature.sign(message, with: secret, ignoring: ignoring)
      } catch {
        throw TransportError(.unsendable, error.description)
      }
    }
    return OpenWire(listener: listener, transport: transport, reopen: nil)
  }
}

struct HTTPWire: RoutedWire {
  /// One WebSocket in place of requests.
  var isLink = false
  /// Encrypted, with certificates on both sides.
  var isSecure = false
  var route = DialRoute()

  var testDescription: String { (isLink ? "ws" : "http") + (isSecure ? "s" : "") }

  func open(_ handler: any ListenerHandler, token: String) async throws -> OpenWire {
    let listener = try makeListener(port: 0)
    let url = try await listener.start(handler: handler)
    var options = HTTPTransportOptions()
    options.route = route
    options.tls = isSecure ? try WireCertificates.clientContexts() : nil
    var endpoint = try Endpoint(url)
    endpoint.scheme = testDescription
    let port = try #require(endpoint.port)
    let transport: any Transport =
      isLink
      ? try WebSocketTransport(endpoint: endpoint, workerID: "w1", token: token, options: options)
      : try HTTPTransport(endpoint: endpoint, workerID: "w1", token: token, options: options)
    return OpenWire(
      listener: listener, transport: transport,
      reopen: { handler in
        let listener = try makeListener(port: port)
        _ = try await listener.start(handler: handler)
        return listener
      })
  }

  private func makeListener(port: Int) throws -> HTTPListener {
    var limits = HTTPListenerLimits()
    limits.bodySize = 32 << 20
    return HTTPListener(
      host: "127.0.0.1", port: port, group: MultiThreadedEventLoopGroup.singleton, limits: limits,
      tls: isSecure ? try WireCertificates.serverContexts() : nil)
  }
}

/// Opens the wire for the length of `body`, and shuts it down whatever happens.
func withWire(
  _ wire: any Wire, _ parent: StubParent = StubParent(), token: String = "secret",
  _ body: (OpenWire) async throws -> Void
) async throws {
  let open = try await wire.open(parent, token: token)
  do {
    try await body(open)
  } catch {
    await open.shutDown()
    throw error
  }
  await open.shutDown()
  guard let source = wire.source else { return }
  for call in parent.calls { #expect(call.credentials.remoteAddress == source, "a call came another way") }
}
