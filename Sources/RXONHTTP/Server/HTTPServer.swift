public import NIOCore
import NIOHTTP1
import NIOPosix
public import RXONTLS
import Synchronization

/// An HTTP/1.1 server for small requests and answers: hardened, without routes of its own.
///
/// Lifecycle: `start()` once, `stop(grace:)` once.
public final class HTTPServer: Sendable {
  private let host: String
  private let port: Int
  private let group: any EventLoopGroup
  private let limits: HTTPServerLimits
  private let tls: TLSServerContexts?
  private let loops: [ObjectIdentifier: HTTPServerLoop]
  private let openConnections = OpenConnections()
  private let channel = Mutex<(any Channel)?>(nil)

  /// - Parameters:
  ///   - port: 0 lets the system choose; ``start()`` tells which.
  ///   - group: the event loops to serve on; a single `EventLoop` will do.
  ///   - tls: what encrypts the connections; nil for plain ones.
  ///   - headers: fields that every answer carries.
  public init(
    host: String, port: Int, group: any EventLoopGroup, limits: HTTPServerLimits = HTTPServerLimits(),
    tls: TLSServerContexts? = nil,
    headers: [(name: String, value: String)] = [], responder: any HTTPResponder
  ) {
    self.host = host
    self.port = port
    self.group = group
    self.limits = limits
    self.tls = tls
    let serializer = HTTPResponseSerializer(commonHeaders: headers)
    var loops: [ObjectIdentifier: HTTPServerLoop] = [:]
    for eventLoop in group.makeIterator() {
      loops[ObjectIdentifier(eventLoop)] = HTTPServerLoop(
        eventLoop: eventLoop, limits: limits, responder: responder, serializer: serializer)
    }
    self.loops = loops
  }

  /// Binds and begins to accept.
  /// - Returns: the port that was bound.
  /// - Throws: ``HTTPServerError`` when the address cannot be bound.
  public func start() async throws -> Int {
    do {
      let bound = try await bootstrap().bind(host: host, port: port).get()
      channel.withLock { $0 = bound }
      return bound.localAddress?.port ?? port
    } catch {
      throw HTTPServerError(host: host, port: port, cause: error)
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
    let (loops, limits, tls, openConnections) = (loops, limits, tls, openConnections)
    return ServerBootstrap(group: group)
      .serverChannelOption(.backlog, value: 1024)
      .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
      .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
      .childChannelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          guard let loop = loops[ObjectIdentifier(channel.eventLoop)] else { throw ChannelError.operationUnsupported }
          let isWelcome = openConnections.open(limit: limits.connections)
          channel.closeFuture.whenComplete { _ in openConnections.close() }
          try Self.configure(channel, loop: loop, tls: tls?.current, isWelcome: isWelcome)
        }
      }
  }

  private static func configure(
    _ channel: any Channel, loop: HTTPServerLoop, tls: TLSServerContext?, isWelcome: Bool
  ) throws {
    if let tls {
      // An answer would cost a handshake.
      guard isWelcome else { throw ChannelError.operationUnsupported }
      try channel.pipeline.syncOperations.addHandler(TLSHandler(server: tls))
    }
    let connection = HTTPServerConnection(
      loop: loop, decoder: UpgradableRequestDecoder(limits: loop.limits),
      refusal: isWelcome ? nil : .error(.serviceUnavailable, "too many connections").retrying(after: 1),
      isSecure: tls != nil)
    try channel.pipeline.syncOperations.addHandlers(connection.decoding, connection)
  }
}

/// The connections of a server, over all its loops.
private final class OpenConnections: Sendable {
  private let count = Atomic<Int>(0)

  /// - Returns: whether the new connection is within `limit`.
  func open(limit: Int) -> Bool {
    count.add(1, ordering: .relaxed).newValue <= limit
  }

  func close() {
    count.subtract(1, ordering: .relaxed)
  }
}

extension HTTPResponse {
  func retrying(after seconds: Int) -> HTTPResponse {
    var response = self
    response.headers.append((name: "Retry-After", value: String(seconds)))
    return response
  }
}

/// An address that a server cannot listen on.
public struct HTTPServerError: Error, CustomStringConvertible {
  public let host: String
  public let port: Int
  public let cause: any Error

  public var description: String {
    "cannot listen on \(host):\(port): \(explanation)"
  }

  private var explanation: String {
    switch (cause as? IOError)?.errnoCode {
    case EADDRINUSE?: "another process uses this port; stop it, or choose another port"
    case EACCES?: "this port needs more privileges; choose one above 1023, or grant CAP_NET_BIND_SERVICE"
    case EADDRNOTAVAIL?: "no interface of this machine has this address"
    default: "\(cause)"
    }
  }
}
