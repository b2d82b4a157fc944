import NIOCore
import NIOPosix
import RXON
import RXONHTTP
import Testing

/// A way for a worker to reach a parent. The contract suite runs over every one in ``Wires/all``.
protocol Wire: Sendable, CustomTestStringConvertible {
  /// Starts a listener for `handler` and makes a transport that leads to it.
  func open(_ handler: any ListenerHandler, token: String) async throws -> OpenWire
}

struct OpenWire: Sendable {
  let listener: any Listener
  let transport: any Transport
  /// Starts a listener at the same address again, once the first was stopped.
  let reopen: @Sendable (any ListenerHandler) async throws -> any Listener

  func shutDown() async {
    await transport.close()
    await listener.stop(grace: .zero)
  }
}

enum Wires {
  static let all: [any Wire] = [HTTPWire()]
}

struct HTTPWire: Wire {
  var testDescription: String { "http" }

  func open(_ handler: any ListenerHandler, token: String) async throws -> OpenWire {
    var limits = HTTPListenerLimits()
    limits.bodySize = 32 << 20
    let listener = HTTPListener(
      host: "127.0.0.1", port: 0, group: MultiThreadedEventLoopGroup.singleton, limits: limits)
    let url = try await listener.start(handler: handler)
    let transport = try HTTPTransport(url: url, workerID: "w1", token: token)
    let port = try HTTPEndpoint(url: url).port
    return OpenWire(
      listener: listener, transport: transport,
      reopen: { [limits] handler in
        let listener = HTTPListener(
          host: "127.0.0.1", port: port, group: MultiThreadedEventLoopGroup.singleton, limits: limits)
        _ = try await listener.start(handler: handler)
        return listener
      })
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
}
