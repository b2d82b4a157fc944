#if GRPC
  import GRPCCore
  import GRPCNIOTransportHTTP2TransportServices
  import NIOCore
  import RXON
  import RXONDialling
  import RXONLink
  import RXONTLS

  /// One call of `rxon.link.v1.Link/Open` at a parent, over a connection of its own. Confined to its event loop.
  final class GRPCLinkCall: @unchecked Sendable {
    // Unchecked: everything mutable is confined to `eventLoop`.
    private typealias Transport = HTTP2ClientTransport.WrappedChannel

    /// Kept when the parent takes the link; fails with a ``TransportError``.
    let opened: EventLoopPromise<Void>
    private let dialler: Dialler
    private let eventLoop: any EventLoop
    private let metadata: Metadata
    private let timeout: TimeAmount
    private let accept: @Sendable (any LinkPipe) -> (any LinkEnd)?
    private var channel: (any Channel)?
    private var pipe: GRPCLinkPipe?
    private var timer: Scheduled<Void>?
    private var isOpen = false

    init(
      dialler: Dialler, eventLoop: any EventLoop, metadata: Metadata, timeout: TimeAmount,
      accept: @escaping @Sendable (any LinkPipe) -> (any LinkEnd)?
    ) {
      self.dialler = dialler
      self.eventLoop = eventLoop
      self.metadata = metadata
      self.timeout = timeout
      self.accept = accept
      opened = eventLoop.makePromise(of: Void.self)
    }

    /// Dials, and runs the link to its end. To be run by an ``EventLoopTaskExecutor``.
    func run() async {
      var failure: (any Error)?
      do {
        try await call(over: GRPCClient(transport: try await connect()))
      } catch {
        failure = error
      }
      timer?.cancel()
      channel?.close(promise: nil)
      pipe?.ended()
      if !isOpen { opened.fail(TransportError(opening: dialler.endpoint, failure)) }
    }

    // MARK: - Connecting

    private func connect() async throws -> Transport {
      try await .wrapping(config: .link(authority: dialler.endpoint.authority)) { configure in
        // In a callback, so that nothing that the parent says first gets lost.
        try await self.dialler.dial(on: self.eventLoop) { channel in
          self.eventLoop.makeCompletedFuture { try self.take(channel) }.flatMap { configure(channel) }
        }.get()
      }
    }

    private func take(_ channel: any Channel) throws {
      self.channel = channel
      channel.limitUnsentBytes()
      let pipeline = channel.pipeline.syncOperations
      if dialler.tls != nil {
        guard try pipeline.handler(type: TLSHandler.self).session?.applicationProtocol == HTTP2.applicationProtocol
        else {
          channel.close(promise: nil)
          throw TransportError(.unreachable, "\(dialler.endpoint.authority) does not speak gRPC: it has no HTTP/2")
        }
      }
      let watch = SilenceWatch(limit: KeepAlive.silence) { [weak self] in self?.pipe?.sawPeer() }
      try pipeline.addHandler(watch, position: .first)
      timer = eventLoop.assumeIsolated().scheduleTask(in: timeout) { channel.close(promise: nil) }
    }

    // MARK: - Calling

    private func call(over client: GRPCClient<Transport>) async throws {
      let pipe = GRPCLinkPipe(eventLoop: eventLoop) { [channel] in channel?.close(promise: nil) }
      self.pipe = pipe
      try await withThrowingTaskGroup(of: Void.self) { group in
        defer { group.cancelAll() }
        group.addTask { try await client.runConnections() }
        group.addTask {
          defer { client.beginGracefulShutdown() }
          try await self.exchange(client, pipe)
        }
        try await group.next()
        try await group.next()
      }
    }

    private func exchange(_ client: GRPCClient<Transport>, _ pipe: GRPCLinkPipe) async throws {
      var options = CallOptions.defaults
      options.maxRequestMessageBytes = GRPCLinkPipe.largestMessage
      let request = StreamingClientRequest<[UInt8]>(metadata: metadata) { try await pipe.write(to: $0) }
      try await client.bidirectionalStreaming(
        request: request, descriptor: Rxon_Link_V1_Link.Method.Open.descriptor, serializer: FrameCoding(),
        deserializer: FrameCoding(), options: options
      ) { response in
        let contents = try response.accepted.get()
        guard self.open(pipe) else { return }
        for try await case .message(let message) in contents.bodyParts { pipe.read(message) }
      }
    }

    /// The parent takes the link.
    /// - Returns: false where nobody here wants it any more.
    private func open(_ pipe: GRPCLinkPipe) -> Bool {
      timer?.cancel()
      isOpen = true
      pipe.end = accept(pipe)
      opened.succeed()
      return pipe.end != nil
    }
  }

  extension HTTP2ClientTransport.WrappedChannel.Config {
    fileprivate static func link(authority: String) -> Self {
      .defaults { config in
        config.http2.authority = authority
        config.http2.targetWindowSize = HTTP2.window
        config.connection.maxIdleTime = nil
        config.connection.keepalive = HTTP2ClientTransport.Config.Keepalive(
          time: KeepAlive.interval, timeout: KeepAlive.timeout, allowWithoutCalls: true)
      }
    }
  }

  extension TransportError {
    /// Why no link came about.
    fileprivate init(opening endpoint: RXON.Endpoint, _ error: (any Error)?) {
      switch error {
      case let error as TransportError: self = error
      case let error as RPCError:
        if let refusal = CallFailure(error) {
          self.init(refusal: refusal)
        } else {
          self.init(.unreachable, "cannot open a link to \(endpoint.authority): \(error.message)")
        }
      case let error?: self.init(.unreachable, "cannot open a link to \(endpoint.authority): \(error)")
      case nil: self.init(.unreachable, "\(endpoint.authority) ended the link as it was opened")
      }
    }
  }
#endif
