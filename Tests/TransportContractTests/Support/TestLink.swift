import NIOCore
import NIOPosix
import RXON
import RXONHTTP
import RXONTLS
import TestSupport
import Testing

#if GRPC
  import RXONGRPC
#endif

/// A wire that carries everything over one connection.
enum TestLink: String, CaseIterable, CustomTestStringConvertible {
  case webSocket = "ws"
  case secureWebSocket = "wss"
  #if GRPC
    case gRPC = "grpc"
    case secureGRPC = "grpcs"

    // What TLS makes different, wss shows.
    static let allCases: [TestLink] = [.webSocket, .secureWebSocket, .gRPC]
    static let secure: [TestLink] = [.secureWebSocket, .secureGRPC]
  #else
    static let secure: [TestLink] = [.secureWebSocket]
  #endif

  var testDescription: String { rawValue }

  private var isSecure: Bool { Self.secure.contains(self) }

  /// What the connection is to carry (ALPN).
  var applicationProtocols: [String] {
    switch self {
    case .webSocket, .secureWebSocket: ["http/1.1"]
    #if GRPC
      case .gRPC, .secureGRPC: ["h2"]
    #endif
    }
  }

  /// Starts a listener for the length of `body`.
  func withListener(
    _ parent: StubParent, limits: HTTPListenerLimits = HTTPListenerLimits(),
    _ body: (_ port: Int) async throws -> Void
  ) async throws {
    try await makeListener(limits: limits).whileListening(for: parent, body)
  }

  /// Links a registered worker with a listener, by way of a proxy, for the length of `body`.
  func withWorker(
    of parent: StubParent, bytesPerSecond: Int? = nil,
    _ body: (_ transport: any Transport, _ proxy: CountingProxy) async throws -> Void
  ) async throws {
    try await withListener(parent) { port in
      let proxy = try await CountingProxy.start(to: port, bytesPerSecond: bytesPerSecond)
      let transport = try transport(to: proxy.port)
      _ = try await transport.register(WorkerRegistration(workerID: "w1"))
      try await body(transport, proxy)
      await transport.close()
      await proxy.stop()
    }
  }

  func makeListener(port: Int = 0, limits: HTTPListenerLimits = HTTPListenerLimits()) throws -> any Listener {
    let group = MultiThreadedEventLoopGroup.singleton
    let tls = isSecure ? try WireCertificates.serverContexts(protocols: applicationProtocols) : nil
    switch self {
    case .webSocket, .secureWebSocket:
      return HTTPListener(host: "127.0.0.1", port: port, group: group, limits: limits, tls: tls)
    #if GRPC
      case .gRPC, .secureGRPC:
        return GRPCListener(host: "127.0.0.1", port: port, group: group, limits: limits, tls: tls)
    #endif
    }
  }

  /// The transport of a worker with a link of its own.
  /// - Parameter tls: nil for the usual one of the link.
  func transport(to port: Int, id: String = "w1", tls: TLSClientContexts? = nil) throws -> any Transport {
    var options = try options()
    options.tls = tls ?? options.tls
    switch self {
    case .webSocket, .secureWebSocket:
      return try WebSocketTransport(endpoint: endpoint(port), workerID: id, token: "secret", options: options)
    #if GRPC
      case .gRPC, .secureGRPC:
        return try GRPCTransport(endpoint: endpoint(port), workerID: id, token: "secret", options: options)
    #endif
    }
  }

  /// Transports of workers that share a link, each with the token `token-ID`.
  func transports(of ids: [String], to port: Int) throws -> [any Transport] {
    let (options, group) = (try options(), MultiThreadedEventLoopGroup.singleton)
    switch self {
    case .webSocket, .secureWebSocket:
      let wire = try WebSocketWire(endpoint: endpoint(port), group: group, options: options)
      return try ids.map {
        try WebSocketTransport(over: wire, workerID: $0, token: "token-\($0)", options: options, ownsWire: false)
      }
    #if GRPC
      case .gRPC, .secureGRPC:
        let wire = try RXONGRPC.GRPCWire(endpoint: endpoint(port), group: group, options: options)
        return try ids.map {
          try GRPCTransport(over: wire, workerID: $0, token: "token-\($0)", options: options, ownsWire: false)
        }
    #endif
    }
  }

  private func options() throws -> HTTPTransportOptions {
    var options = HTTPTransportOptions()
    options.tls = isSecure ? try WireCertificates.clientContexts(protocols: applicationProtocols) : nil
    return options
  }

  private func endpoint(_ port: Int) -> Endpoint { Endpoint(scheme: rawValue, host: "127.0.0.1", port: port) }
}
