#if GRPC
  import NIOPosix
  import RXON
  import RXONGRPC
  import RXONHTTP
  import TestSupport
  import Testing

  extension Wires {
    static let gRPC: [any RoutedWire] = [GRPCWire(), GRPCWire(isSecure: true)]
  }

  struct GRPCWire: RoutedWire {
    /// Encrypted, with certificates on both sides.
    var isSecure = false
    var route = DialRoute()

    var testDescription: String { isSecure ? "grpcs" : "grpc" }

    func open(_ handler: any ListenerHandler, token: String) async throws -> OpenWire {
      let listener = try makeListener(port: 0)
      let endpoint = try Endpoint(try await listener.start(handler: handler))
      var options = HTTPTransportOptions()
      options.route = route
      options.tls = isSecure ? try WireCertificates.clientContexts(protocols: ["h2"]) : nil
      let transport = try GRPCTransport(endpoint: endpoint, workerID: "w1", token: token, options: options)
      let port = try #require(endpoint.port)
      return OpenWire(
        listener: listener, transport: transport,
        reopen: { handler in
          let listener = try makeListener(port: port)
          _ = try await listener.start(handler: handler)
          return listener
        })
    }

    private func makeListener(port: Int) throws -> GRPCListener {
      var limits = HTTPListenerLimits()
      limits.bodySize = 32 << 20
      return GRPCListener(
        host: "127.0.0.1", port: port, group: MultiThreadedEventLoopGroup.singleton, limits: limits,
        tls: isSecure ? try WireCertificates.serverContexts(protocols: ["h2"]) : nil)
    }
  }
#else
  extension Wires {
    static let gRPC: [any RoutedWire] = []
  }
#endif
