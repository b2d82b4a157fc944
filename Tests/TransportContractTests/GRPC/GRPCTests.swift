#if GRPC
  import NIOCore
  import NIOPosix
  import RXON
  import RXONGRPC
  import RXONHTTP
  import TestSupport
  import Testing

  @Suite("What gRPC has that other links have not", .serialized, .timeLimit(.minutes(2)))
  struct GRPCTests {
    private let link = TestLink.gRPC

    @Test("more connections than allowed are closed, those of one worker refused")
    func connectionLimits() async throws {
      var limits = HTTPListenerLimits()
      limits.connections = 2
      limits.connectionsPerClient = 1
      try await link.withListener(StubParent(), limits: limits) { port in
        let first = try link.transport(to: port)
        _ = try await first.sendHeartbeat(nil)
        let again = try link.transport(to: port)
        let refused = await #expect(throws: TransportError.self) { try await again.sendHeartbeat(nil) }
        #expect(refused?.kind == .rateLimited)
        await again.close()
        let idle = try await RawClient.connect(port: port)
        try await eventually { !idle.received.isEmpty }
        let third = try link.transport(to: port, id: "w3")
        let closed = await #expect(throws: TransportError.self) { try await third.sendHeartbeat(nil) }
        #expect(closed?.kind == .unreachable)
        await idle.close()
        try await eventually { (try? await third.sendHeartbeat(nil)) != nil }
        for transport in [first, third] { await transport.close() }
      }
    }

    @Test(
      "what is no gRPC ends its own connection, and no other",
      arguments: [
        "GET / HTTP/1.1\r\nHost: parent\r\n\r\n", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\nnonsense, and more of it", "\0",
      ])
    func nonsense(_ sent: String) async throws {
      try await link.withListener(StubParent()) { port in
        let transport = try link.transport(to: port)
        _ = try await transport.sendHeartbeat(nil)
        let client = try await RawClient.connect(port: port)
        try await client.send(sent)
        try await eventually(within: .seconds(20)) { client.isClosed }
        _ = try await transport.sendHeartbeat(nil)
        await transport.close()
      }
    }

    @Test("a parent that has no HTTP/2 is told apart from one that is away")
    func withoutHTTP2() async throws {
      let listener = HTTPListener(
        host: "127.0.0.1", port: 0, group: MultiThreadedEventLoopGroup.singleton,
        tls: try WireCertificates.serverContexts())
      var endpoint = try Endpoint(try await listener.start(handler: StubParent()))
      endpoint.scheme = "grpcs"
      var options = HTTPTransportOptions()
      options.tls = try WireCertificates.clientContexts(protocols: ["h2"])
      let transport = try GRPCTransport(endpoint: endpoint, workerID: "w1", token: "secret", options: options)
      let error = await #expect(throws: TransportError.self) { try await transport.sendHeartbeat(nil) }
      #expect(error?.kind == .unreachable)
      #expect(error?.message.contains("it has no HTTP/2") == true)
      await transport.close()
      await listener.stop(grace: .zero)
    }

    @Test("a port that is taken is told")
    func takenPort() async throws {
      try await link.withListener(StubParent()) { port in
        let second = try link.makeListener(port: port)
        let error = await #expect(throws: HTTPServerError.self) { try await second.start(handler: StubParent()) }
        #expect(error?.description.contains("another process uses this port") == true)
      }
    }
  }
#endif
