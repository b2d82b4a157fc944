#if GRPC
  import GRPCCore
  import GRPCNIOTransportHTTP2TransportServices
  public import NIOCore
  public import RXON
  public import RXONHTTP
  public import RXONLZ4
  public import RXONLink
  public import RXONTLS
  import Synchronization

  /// Takes children in over gRPC: each opens the stream of `rxon.link.v1.Link/Open` (link.proto).
  ///
  /// Everything runs on one event loop, and the handler is called there.
  public final class GRPCListener: Listener {
    private typealias Server = GRPCServer<HTTP2ServerTransport.Custom<GRPCPort>>

    private struct Running {
      let server: Server
      let serving: Task<Void, Never>
    }

    private let address: HTTPServerAddress
    private let host: String
    private let port: Int
    private let tls: TLSServerContexts?
    private let settings: LinkSettings
    private let malformedEvent: (@Sendable (_ workerID: String, _ problem: String) -> Void)?
    private let connections: GRPCConnections
    private let running = Mutex<Running?>(nil)

    /// - Parameters:
    ///   - port: 0 lets the system choose.
    ///   - group: one of its event loops is used.
    ///   - limits: those of bodies and of the numbers of connections count.
    ///   - tls: what encrypts the connections; must offer `h2` (ALPN). Nil for plain ones.
    ///   - features: what the handler has for Holons beyond plain RXON.
    ///   - compression: counts what compression with LZ4 saves, which is offered to children that understand it; nil for
    ///     none.
    ///   - linkSessions: shared by listeners at which the same worker may open a link.
    ///   - malformedEvent: told of events over the command channel that cannot be read; they are left out.
    ///   - refused: told of each connection that is turned away before the handler hears of it.
    public init(
      host: String, port: Int, group: any EventLoopGroup, limits: HTTPListenerLimits = HTTPListenerLimits(),
      tls: TLSServerContexts? = nil, features: HolonFeatures = .all,
      compression: CompressionStatistics? = CompressionStatistics(), linkSessions: LinkSessions = LinkSessions(),
      malformedEvent: (@Sendable (_ workerID: String, _ problem: String) -> Void)? = nil,
      refused: (@Sendable (HTTPRefusal) -> Void)? = nil
    ) {
      address = .host(host, port: port)
      self.host = host
      self.port = port
      self.tls = tls
      self.malformedEvent = malformedEvent
      settings = LinkSettings(
        bodySize: limits.bodySize, features: features, compression: compression, sessions: linkSessions)
      connections = GRPCConnections(eventLoop: group.any(), limits: limits, refused: refused)
    }

    /// - Throws: ``HTTPServerError`` when the address cannot be bound.
    public func start(handler: any ListenerHandler) async throws -> String {
      let bound = connections.eventLoop.makePromise(of: Int.self)
      let server = makeServer(handler, bound)
      let serving = Task(executorPreference: EventLoopTaskExecutor(connections.eventLoop)) {
        // How it ended shows at each connection; that it could not begin shows in `bound`.
        _ = try? await server.serve()
      }
      do {
        let boundPort = try await bound.futureResult.get()
        running.withLock { $0 = Running(server: server, serving: serving) }
        return "\(tls == nil ? "grpc" : "grpcs")://\(host.contains(":") ? "[\(host)]" : host):\(boundPort)"
      } catch {
        throw HTTPServerError(address: address, cause: error)
      }
    }

    private func makeServer(_ handler: any ListenerHandler, _ bound: EventLoopPromise<Int>) -> Server {
      let factory = GRPCPort(host: host, port: port, tls: tls, connections: connections, bound: bound)
      var config = HTTP2ServerTransport.Custom<GRPCPort>.Config.link
      config.channelDebuggingCallbacks.onAcceptHTTP2Stream = { [connections] stream in
        stream.eventLoop.makeCompletedFuture { try connections.arrived(stream) }
      }
      let service = LinkService(
        connections: connections, handler: handler, settings: settings, malformedEvent: malformedEvent)
      return Server(
        transport: HTTP2ServerTransport.Custom(listenerFactory: factory, config: config), services: [service])
    }

    public func stop(grace: Duration) async {
      guard let running = running.withLock({ $0.take() }) else { return }
      running.server.beginGracefulShutdown()
      let closing = connections.eventLoop.scheduleTask(in: TimeAmount(grace)) { running.serving.cancel() }
      await running.serving.value
      closing.cancel()
    }
  }
#endif
