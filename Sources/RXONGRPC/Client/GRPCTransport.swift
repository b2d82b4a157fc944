#if GRPC
  public import NIOCore
  import NIOPosix
  public import RXON
  import RXONDialling
  public import RXONHTTP
  import RXONLink
  import RXONTLS
  public import RXONWire

  /// A worker's link to its parent over gRPC: one stream of `rxon.link.v1.Link/Open` (link.proto), which carries all calls,
  /// tasks, events and commands both ways.
  public final class GRPCTransport: CallTransport {
    public let calls: TransportCalls

    /// - Parameters:
    ///   - endpoint: `grpc://host[:port]`, or `grpcs` for an encrypted connection.
    ///   - workerID: the identity under which the transport speaks.
    ///   - token: as for an ``HTTPTransport``.
    ///   - group: one of its event loops is used.
    ///   - options: `tls` must offer `h2` (ALPN).
    /// - Throws: ``TransportError`` of kind `unsendable` when one of these cannot be used.
    public convenience init(
      endpoint: Endpoint, workerID: String, token: String,
      group: any EventLoopGroup = MultiThreadedEventLoopGroup.singleton,
      options: HTTPTransportOptions = HTTPTransportOptions()
    ) throws(TransportError) {
      let wire = try GRPCWire(endpoint: endpoint, group: group, options: options)
      try self.init(over: wire, workerID: workerID, token: token, options: options, ownsWire: true)
    }

    /// - Parameter ownsWire: whether closing the transport closes the wire, which other workers may share.
    package init(
      over wire: GRPCWire, workerID: String, token: String, options: HTTPTransportOptions, ownsWire: Bool
    ) throws(TransportError) {
      calls = try TransportCalls(
        workerID: workerID, token: token, wire: wire.link, clock: wire.clock, ownsWire: ownsWire,
        options: options.ofCalls)
    }
  }

  /// One gRPC stream to a parent, for one or more workers.
  package struct GRPCWire: Sendable {
    let link: LinkWire

    /// The parent's.
    package var clock: ParentClock { link.clock }

    /// Ends all calls and the link. Idempotent.
    package func close() async {
      await link.close()
    }

    /// - Throws: ``TransportError`` of kind `unsendable` when the endpoint cannot be used.
    package init(
      endpoint: Endpoint, group: any EventLoopGroup, options: HTTPTransportOptions
    ) throws(TransportError) {
      guard endpoint.scheme == "grpc" || endpoint.scheme == "grpcs" else {
        throw TransportError(.unsendable, "'\(endpoint)' has the scheme of another transport: use grpc or grpcs")
      }
      guard endpoint.path.isEmpty else {
        throw TransportError(.unsendable, "'\(endpoint)' has a path, and gRPC has none")
      }
      let dialler = Dialler(
        endpoint: endpoint, route: options.route, tls: try Self.contexts(for: endpoint, options),
        timeout: options.connectTimeout)
      link = LinkWire(
        opener: GRPCLinkOpener(dialler: dialler, timeout: options.presenceTimeout), eventLoop: group.any(),
        options: options.ofLinks)
    }

    private static func contexts(
      for endpoint: Endpoint, _ options: HTTPTransportOptions
    ) throws(TransportError) -> TLSClientContexts? {
      guard endpoint.isSecure else { return nil }
      if let tls = options.tls { return tls }
      do throws(TLSConfigurationError) {
        return TLSClientContexts(
          try TLSClientContext(TLSClientOptions(applicationProtocols: [HTTP2.applicationProtocol])))
      } catch {
        throw TransportError(.unsendable, error.message)
      }
    }
  }
#endif
