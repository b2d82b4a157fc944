import NIOCore
import NIOPosix
import RXON
import RXONTLS

/// Opens connections to one endpoint, encrypted where its scheme asks for it.
package struct Dialler: Sendable {
  let endpoint: Endpoint
  /// Nil where the scheme asks for a plain connection.
  let tls: TLSClientContexts?
  /// For name look-up, connection and TLS handshake together.
  let timeout: TimeAmount
  /// Opens the connection in place of the network.
  var connect: (@Sendable (any EventLoop) -> EventLoopFuture<any Channel>)?

  init(endpoint: Endpoint, tls: TLSClientContexts?, timeout: TimeAmount) {
    self.endpoint = endpoint
    self.tls = tls
    self.timeout = timeout
  }

  /// - Parameter connect: opens plain connections in place of the network.
  package init(endpoint: Endpoint, connect: @escaping @Sendable (any EventLoop) -> EventLoopFuture<any Channel>) {
    self.init(endpoint: endpoint, tls: nil, timeout: .zero)
    self.connect = connect
  }

  /// - Returns: a channel without handlers but those of TLS, whose handshake is over then. Fails with a
  ///   ``TransportError``.
  func dial(on eventLoop: any EventLoop) -> EventLoopFuture<any Channel> {
    if let connect { return connect(eventLoop) }
    let started = NIODeadline.now()
    return bootstrap(on: eventLoop).connect(host: endpoint.host, port: endpoint.dialledPort)
      .flatMap { channel in secured(channel, within: timeout - (.now() - started)) }
      .flatMapErrorThrowing { error in throw TransportError(dialling: endpoint, error) }
  }

  private func bootstrap(on eventLoop: any EventLoop) -> ClientBootstrap {
    let bootstrap = ClientBootstrap(group: eventLoop)
      .connectTimeout(timeout)
      .channelOption(.tcpOption(.tcp_nodelay), value: 1)
    guard let context = tls?.current else { return bootstrap }
    return bootstrap.channelInitializer { [endpoint] channel in
      channel.eventLoop.makeCompletedFuture {
        try channel.pipeline.syncOperations.addHandlers(
          TLSHandler(client: context, host: endpoint.host, port: endpoint.dialledPort), HandshakeWaiter())
      }
    }
  }

  private func secured(_ channel: any Channel, within time: TimeAmount) -> EventLoopFuture<any Channel> {
    guard tls != nil else { return channel.eventLoop.makeSucceededFuture(channel) }
    do {
      let waiter = try channel.pipeline.syncOperations.handler(type: HandshakeWaiter.self)
      return waiter.completion(on: channel.eventLoop, within: time).map { channel }
    } catch {
      return channel.eventLoop.makeFailedFuture(error)
    }
  }
}

extension Endpoint {
  /// Whether connections are encrypted.
  var isSecure: Bool { scheme == "https" || scheme == "wss" }

  /// The port, or the one that the scheme implies.
  var dialledPort: Int { port ?? (isSecure ? 443 : 80) }
}

extension TransportError {
  /// Why no connection came about.
  init(dialling endpoint: Endpoint, _ error: any Error) {
    let reason =
      switch error {
      case let error as TransportError: error.message
      case let error as NIOConnectionError:
        error.connectionErrors.first.map { Self.reason($0.error) } ?? "the name is unknown"
      default: Self.reason(error)
      }
    self.init(.unreachable, "cannot connect to \(endpoint.authority): \(reason)")
  }

  private static func reason(_ error: any Error) -> String {
    switch error {
    case let error as TLSError: error.message
    case let error as IOError where error.errnoCode == ECONNREFUSED: "the connection was refused"
    case ChannelError.connectTimeout(let time): "no answer within \(time.nanoseconds / 1_000_000) ms"
    default: "\(error)"
    }
  }
}
