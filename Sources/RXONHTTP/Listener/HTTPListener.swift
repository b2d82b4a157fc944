public import NIOCore
public import RXON
public import RXONLZ4
public import RXONLink
public import RXONTLS
import RXONWire
import Synchronization

/// The limits of an ``HTTPListener``.
public typealias HTTPListenerLimits = HTTPServerLimits

/// Takes children in over HTTP/1.1, long polls and the command WebSocket included (protocol §1).
///
/// The handler is called on the event loop of the child's connection, without a hop; answers may come from any thread
/// and are at their fastest from that loop.
public final class HTTPListener: Listener {
  private let host: String
  private let port: Int
  private let group: any EventLoopGroup
  private let limits: HTTPListenerLimits
  private let tls: TLSServerContexts?
  private let features: HolonFeatures
  private let compression: CompressionStatistics?
  private let extensions: [String: any HTTPResponder]
  private let malformedEvent: (@Sendable (_ workerID: String, _ problem: String) -> Void)?
  private let refused: (@Sendable (HTTPRefusal) -> Void)?
  private let linkSessions: LinkSessions
  private let server = Mutex<HTTPServer?>(nil)

  /// - Parameters:
  ///   - port: 0 lets the system choose.
  ///   - group: the event loops to serve on; a single `EventLoop` will do.
  ///   - tls: what encrypts the connections; nil for plain ones.
  ///   - features: what the handler has for Holons beyond plain RXON.
  ///   - compression: counts what compression with LZ4 saves, which is offered to children that understand it; nil for
  ///     none.
  ///   - linkSessions: shared by listeners at which the same worker may open a link.
  ///   - extensions: who answers paths beside those of the protocol; each begins with `/_holon/`.
  ///   - malformedEvent: told of events over the command channel that cannot be read; they are left out, since nothing
  ///     answers them and the channel is worth more than one of them.
  ///   - refused: told of each connection and request that is turned away before the handler hears of it.
  public init(
    host: String, port: Int, group: any EventLoopGroup, limits: HTTPListenerLimits = HTTPListenerLimits(),
    tls: TLSServerContexts? = nil, features: HolonFeatures = .all,
    compression: CompressionStatistics? = CompressionStatistics(),
    linkSessions: LinkSessions = LinkSessions(), extensions: [String: any HTTPResponder] = [:],
    malformedEvent: (@Sendable (_ workerID: String, _ problem: String) -> Void)? = nil,
    refused: (@Sendable (HTTPRefusal) -> Void)? = nil
  ) {
    self.host = host
    self.port = port
    self.group = group
    self.limits = limits
    self.tls = tls
    self.linkSessions = linkSessions
    self.features = compression == nil ? features.subtracting(.lz4) : features
    self.compression = compression
    self.extensions = extensions
    self.malformedEvent = malformedEvent
    self.refused = refused
  }

  /// - Throws: ``HTTPServerError`` when the address cannot be bound.
  public func start(handler: any ListenerHandler) async throws -> String {
    let server = makeServer(handler: handler)
    let boundPort = try await server.start()
    self.server.withLock { $0 = server }
    return "\(tls == nil ? "http" : "https")://\(host.contains(":") ? "[\(host)]" : host):\(boundPort)"
  }

  /// A server that hands what children ask to `handler`; not started.
  package func makeServer(handler: any ListenerHandler) -> HTTPServer {
    HTTPServer(
      host: host, port: port, group: group, limits: limits, tls: tls,
      headers: [(name: RXONProtocol.Header.version, value: RXONProtocol.version)], compression: compression,
      responder: ListenerResponder(
        handler: handler, decoder: CallDecoder(bodySize: limits.bodySize), features: features,
        extensions: extensions, links: links, malformedEvent: malformedEvent),
      refused: refused)
  }

  private var links: LinkSettings {
    LinkSettings(bodySize: limits.bodySize, features: features, compression: compression, sessions: linkSessions)
  }

  public func stop(grace: Duration) async {
    let running = server.withLock { server in
      defer { server = nil }
      return server
    }
    await running?.stop(grace: grace)
  }
}
