public import NIOCore
import NIOHTTP1
import NIOPosix
public import RXONLZ4
public import RXONTLS
import Synchronization

/// An HTTP/1.1 server for small requests and answers: hardened, without routes of its own.
///
/// Lifecycle: `start()` once, `stop(grace:)` once.
public final class HTTPServer: Sendable {
  private let address: HTTPServerAddress
  private let group: any EventLoopGroup
  private let limits: HTTPServerLimits
  private let tls: TLSServerContexts?
  private let loops: [ObjectIdentifier: HTTPServerLoop]
  private let census: ConnectionCensus
  private let channel = Mutex<(any Channel)?>(nil)

  /// As ``init(address:group:limits:tls:headers:compression:responder:refused:)``, on a host and port; port 0 lets the system choose,
  /// and ``start()`` tells which.
  public convenience init(
    host: String, port: Int, group: any EventLoopGroup, limits: HTTPServerLimits = HTTPServerLimits(),
    tls: TLSServerContexts? = nil, headers: [(name: String, value: String)] = [],
    compression: CompressionStatistics? = nil, responder: any HTTPResponder,
    refused: (@Sendable (HTTPRefusal) -> Void)? = nil
  ) {
    self.init(
      address: .host(host, port: port), group: group, limits: limits, tls: tls, headers: headers,
      compression: compression, responder: responder, refused: refused)
  }

  /// - Parameters:
  ///   - group: the event loops to serve on; a single `EventLoop` will do.
  ///   - tls: what encrypts the connections; nil for plain ones.
  ///   - headers: fields that every answer carries.
  ///   - compression: counts what compression with LZ4 saves, which is offered to clients that understand it; nil for none.
  ///   - refused: told, on an event loop, of each connection and request that is turned away here.
  public init(
    address: HTTPServerAddress, group: any EventLoopGroup, limits: HTTPServerLimits = HTTPServerLimits(),
    tls: TLSServerContexts? = nil, headers: [(name: String, value: String)] = [],
    compression: CompressionStatistics? = nil, responder: any HTTPResponder,
    refused: (@Sendable (HTTPRefusal) -> Void)? = nil
  ) {
    self.address = address
    self.group = group
    self.limits = limits
    self.tls = tls
    let census = ConnectionCensus(limits: limits)
    self.census = census
    let serializer = HTTPResponseSerializer(commonHeaders: headers)
    var loops: [ObjectIdentifier: HTTPServerLoop] = [:]
    for eventLoop in group.makeIterator() {
      loops[ObjectIdentifier(eventLoop)] = HTTPServerLoop(
        eventLoop: eventLoop, limits: limits, responder: responder, serializer: serializer, census: census,
        compression: compression, refused: refused)
    }
    self.loops = loops
  }

  /// Binds and begins to accept.
  /// - Returns: the port that was bound; 0 for an address without one.
  /// - Throws: ``HTTPServerError`` when the address cannot be bound.
  @discardableResult
  public func start() async throws -> Int {
    do {
      let bound =
        switch address {
        case .host(let host, let port):
          try await bootstrap().serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelOption(.tcpOption(.tcp_nodelay), value: 1).bind(host: host, port: port).get()
        case .unixDomainSocket(let path):
          try await bootstrap().withBoundSocket(UnixDomainSocket.bind(to: path)).get()
        }
      channel.withLock { $0 = bound }
      return bound.localAddress?.port ?? 0
    } catch {
      throw HTTPServerError(address: address, cause: error)
    }
  }

  /// Accepts no more connections, lets requests that are being answered end, and closes the rest after `grace`.
  public func stop(grace: Duration) async {
    let listening = channel.withLock { channel in
      defer { channel = nil }
      return channel
    }
    try? await listening?.close().get()
    await withTaskGroup(of: Void.self) { group in
      for loop in loops.values {
        group.addTask { await Self.stop(loop, grace: TimeAmount(grace)) }
      }
    }
  }

  private static func stop(_ loop: HTTPServerLoop, grace: TimeAmount) async {
    let drained = loop.eventLoop.flatSubmit {
      let closing = loop.eventLoop.assumeIsolated().scheduleTask(in: grace) { loop.connections.closeAll() }
      let drained = loop.connections.drain()
      drained.assumeIsolated().whenComplete { _ in closing.cancel() }
      return drained
    }
    try? await drained.get()
  }

  private func bootstrap() -> ServerBootstrap {
    ServerBootstrap(group: group)
      .serverChannelOption(.backlog, value: 1024)
      .childChannelInitializer { channel in channel.eventLoop.makeCompletedFuture { try self.serve(channel) } }
  }

  /// Serves a connection that was accepted, on its event loop, which must be one of this server's group.
  package func serve(_ channel: any Channel) throws {
    guard let loop = loops[ObjectIdentifier(channel.eventLoop)] else { throw ChannelError.operationUnsupported }
    let network = NetworkAddress.network(of: channel.remoteAddress?.ipAddress ?? "")
    let refusal = census.opened(from: network)
    channel.closeFuture.whenComplete { [census] _ in census.closed(from: network) }
    if let refusal { loop.refused?(refusal) }
    try Self.configure(channel, loop: loop, tls: tls?.current, refusal: refusal.map(HTTPResponse.refusing))
  }

  private static func configure(
    _ channel: any Channel, loop: HTTPServerLoop, tls: TLSServerContext?, refusal: HTTPResponse?
  ) throws {
    if let tls {
      // An answer would cost a handshake.
      guard refusal == nil else { throw ChannelError.operationUnsupported }
      try channel.pipeline.syncOperations.addHandler(TLSHandler(server: tls))
    }
    let connection = HTTPServerConnection(
      loop: loop, decoder: UpgradableRequestDecoder(limits: loop.limits), refusal: refusal, isSecure: tls != nil)
    try channel.pipeline.syncOperations.addHandlers(connection.decoding, connection)
  }
}

extension HTTPResponse {
  /// The answer to a connection that is not welcome.
  fileprivate static func refusing(_ refusal: HTTPRefusal) -> HTTPResponse {
    switch refusal {
    case .connectionsOfAddress: .error(.tooManyRequests, "too many connections from this address").retrying(after: 1)
    default: .error(.serviceUnavailable, "too many connections").retrying(after: 1)
    }
  }

  func retrying(after seconds: Int) -> HTTPResponse {
    var response = self
    response.headers.append((name: "Retry-After", value: String(seconds)))
    return response
  }
}
