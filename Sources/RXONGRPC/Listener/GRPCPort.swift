#if GRPC
  import GRPCNIOTransportHTTP2TransportServices
  import NIOCore
  import NIOPosix
  import RXONLink
  import RXONTLS

  /// The port of a ``GRPCListener``: accepts connections, encrypts them with the system's TLS, and keeps a list of them.
  struct GRPCPort: HTTP2ServerTransport.ListenerFactory {
    typealias Configurator = HTTP2ServerTransport.ConnectionConfigurator

    let host: String
    let port: Int
    let tls: TLSServerContexts?
    let connections: GRPCConnections
    /// Told the port that was bound, or why none was.
    let bound: EventLoopPromise<Int>

    var eventLoopGroup: any EventLoopGroup { connections.eventLoop }

    func makeListeningChannel(
      listenerConfigurator: HTTP2ServerTransport.ListenerConfigurator, connectionConfigurator: Configurator
    ) async throws -> NIOAsyncChannel<Configurator.ConnectionChannel, Never> {
      do {
        let listening = try await ServerBootstrap(group: connections.eventLoop)
          .serverChannelOption(.backlog, value: 1024)
          .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
          .serverChannelInitializer { listenerConfigurator.configure(channel: $0) }
          .bind(host: host, port: port) { channel in configured(channel, connectionConfigurator) }
        bound.succeed(listening.channel.localAddress?.port ?? 0)
        return listening
      } catch {
        bound.fail(error)
        throw error
      }
    }

    private func configured(
      _ channel: any Channel, _ configurator: Configurator
    ) -> EventLoopFuture<Configurator.ConnectionChannel> {
      channel.eventLoop.makeCompletedFuture { try prepare(channel) }
        .flatMap { configurator.configure(channel: channel, tls: tls == nil ? .none : .configured(requireALPN: false)) }
        .flatMapError { error in
          channel.close(promise: nil)
          return channel.eventLoop.makeFailedFuture(error)
        }
    }

    private func prepare(_ channel: any Channel) throws {
      guard let connection = connections.admit(channel) else { throw ChannelError.operationUnsupported }
      // Not by the bootstrap: where that fails, as on a connection that is gone already, it would end the listener.
      channel.setOption(.tcpOption(.tcp_nodelay), value: 1).whenComplete { _ in }
      channel.limitUnsentBytes()
      let pipeline = channel.pipeline.syncOperations
      try pipeline.addHandler(SilenceWatch(limit: KeepAlive.silence) { connection.sawPeer() })
      if let tls = tls?.current { try pipeline.addHandler(TLSHandler(server: tls)) }
      try pipeline.addHandler(ArrivalHandler(connection))
    }
  }

  extension HTTP2ServerTransport.Custom.Config {
    static var link: Self {
      var config = Self.defaults
      config.connection.keepalive.time = KeepAlive.interval
      config.connection.keepalive.timeout = KeepAlive.timeout
      // A client may ping as it likes: it has to notice a lost connection as fast as this end does.
      config.connection.keepalive.clientBehavior.allowWithoutCalls = true
      config.connection.keepalive.clientBehavior.minPingIntervalWithoutCalls = .zero
      // Each stream is a link, and one link serves any number of workers.
      config.http2.maxConcurrentStreams = 16
      config.http2.targetWindowSize = HTTP2.window
      config.rpc.maxRequestPayloadSize = GRPCLinkPipe.largestMessage
      return config
    }
  }
#endif
