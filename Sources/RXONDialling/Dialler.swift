import NIOCore
import NIOPosix
import RXON
import RXONTLS

/// Opens connections to one endpoint: by the route that is given, and encrypted where its scheme asks for it.
///
/// Names are looked up anew each time. Of several addresses, IPv6 and IPv4 ones alternating, the next is tried when one
/// does not answer within 250 ms, and the first that answers is taken (RFC 8305).
package struct Dialler: Sendable {
  package let endpoint: Endpoint
  package let route: DialRoute
  /// Nil where the scheme asks for a plain connection. What is spoken inside (ALPN) is one of the contexts' options.
  package let tls: TLSClientContexts?
  /// What Tor may take to find a way to an onion service.
  static let onionTimeout = TimeAmount.seconds(90)

  /// For name look-up, connection, the proxy's answer and TLS handshake together.
  let timeout: TimeAmount
  /// Looks names up in place of the system.
  package var resolver: (@Sendable () -> any Resolver & Sendable)?
  /// Opens the connection in place of the network.
  private var connect: (@Sendable (any EventLoop) -> EventLoopFuture<any Channel>)?

  package init(endpoint: Endpoint, route: DialRoute = DialRoute(), tls: TLSClientContexts?, timeout: TimeAmount) {
    self.endpoint = endpoint
    self.route = route
    self.tls = tls
    self.timeout = endpoint.isOnion ? max(timeout, Self.onionTimeout) : timeout
  }

  /// - Parameter connect: opens plain connections in place of the network.
  package init(endpoint: Endpoint, connect: @escaping @Sendable (any EventLoop) -> EventLoopFuture<any Channel>) {
    self.init(endpoint: endpoint, tls: nil, timeout: .zero)
    self.connect = connect
  }

  /// - Returns: a channel without handlers but those of TLS, whose handshake is over then. Fails with a
  ///   ``TransportError``. A peer that speaks first may do so before a callback that was not added on `eventLoop`.
  package func dial(on eventLoop: any EventLoop) -> EventLoopFuture<any Channel> {
    eventLoop.inEventLoop ? open(on: eventLoop) : eventLoop.flatSubmit { open(on: eventLoop) }
  }

  /// As ``dial(on:)``.
  /// - Parameter configure: adds handlers on `eventLoop`; what it adds at once hears all that the peer says.
  package func dial<Output: Sendable>(
    on eventLoop: any EventLoop, _ configure: @escaping @Sendable (any Channel) -> EventLoopFuture<Output>
  ) -> EventLoopFuture<Output> {
    eventLoop.flatSubmit { open(on: eventLoop).flatMap(configure) }
  }

  private func open(on eventLoop: any EventLoop) -> EventLoopFuture<any Channel> {
    if let connect { return connect(eventLoop) }
    let deadline = NIODeadline.now() + timeout
    return connected(on: eventLoop)
      .flatMap { channel in tunnelled(channel, until: deadline) }
      .flatMap { channel in secured(channel, until: deadline) }
      .flatMapErrorThrowing { error in throw TransportError(dialling: endpoint, by: route, error) }
  }

  private func connected(on eventLoop: any EventLoop) -> EventLoopFuture<any Channel> {
    do {
      let bootstrap = try bootstrap(on: eventLoop).leaving(by: route.source)
      if let proxy = route.proxy { return bootstrap.connect(host: proxy.host, port: proxy.port) }
      guard !endpoint.isOnion else {
        throw TransportError(
          .unreachable, "an onion service is reached through Tor only; set its SOCKS port as the proxy")
      }
      return bootstrap.connect(host: endpoint.host, port: endpoint.dialledPort)
    } catch {
      return eventLoop.makeFailedFuture(error)
    }
  }

  private func bootstrap(on eventLoop: any EventLoop) -> ClientBootstrap {
    ClientBootstrap(group: eventLoop)
      .resolver(resolver?())
      .connectTimeout(timeout)
      .channelOption(.tcpOption(.tcp_nodelay), value: 1)
      .channelInitializer { [source = route.source] channel in channel.tie(to: source) }
  }

  /// Has the proxy, where there is one, connect to the endpoint.
  private func tunnelled(_ channel: any Channel, until deadline: NIODeadline) -> EventLoopFuture<any Channel> {
    guard let proxy = route.proxy else { return channel.eventLoop.makeSucceededFuture(channel) }
    do {
      let handshake = try ProxyHandshake(proxy, to: ProxyTarget(endpoint))
      let opened = channel.eventLoop.makePromise(of: Void.self)
      let handler = ProxyHandler(handshake, opened: opened)
      try channel.pipeline.syncOperations.addHandler(handler)
      try handler.begin(in: channel.pipeline.syncOperations.context(handler: handler), within: deadline - .now())
      return opened.futureResult.map { channel }
    } catch {
      return closed(channel, error)
    }
  }

  private func secured(_ channel: any Channel, until deadline: NIODeadline) -> EventLoopFuture<any Channel> {
    guard let context = tls?.current else { return channel.eventLoop.makeSucceededFuture(channel) }
    do {
      let waiter = HandshakeWaiter()
      try channel.pipeline.syncOperations.addHandlers(
        TLSHandler(client: context, host: endpoint.host, port: endpoint.dialledPort), waiter)
      return waiter.completion(on: channel.eventLoop, within: deadline - .now()).map { channel }
    } catch {
      return closed(channel, error)
    }
  }

  private func closed(_ channel: any Channel, _ error: any Error) -> EventLoopFuture<any Channel> {
    channel.close(promise: nil)
    return channel.eventLoop.makeFailedFuture(error)
  }
}
