#if GRPC
  import GRPCCore
  import NIOCore
  import RXON
  import RXONLink

  /// The service `rxon.link.v1.Link` (link.proto): each call of `Open` is a link.
  struct LinkService: RegistrableRPCService {
    let connections: GRPCConnections
    let handler: any ListenerHandler
    let settings: LinkSettings
    let malformedEvent: (@Sendable (_ workerID: String, _ problem: String) -> Void)?

    func registerMethods<Transport: ServerTransport>(with router: inout RPCRouter<Transport>) {
      router.registerHandler(
        forMethod: Rxon_Link_V1_Link.Method.Open.descriptor, deserializer: FrameCoding(), serializer: FrameCoding()
      ) { request, _ in try await open(request) }
    }

    private func open(_ request: StreamingServerRequest<[UInt8]>) async throws -> StreamingServerResponse<[UInt8]> {
      guard let call = request.metadata[CallStamp.header].flatMap({ Int($0) }).flatMap({ connections[$0] }) else {
        throw RPCError(code: .unavailable, message: "the connection is gone")
      }
      let credentials: Credentials
      do throws(CallFailure) {
        credentials = try Credentials(request.metadata, call.connection)
        try await admit(credentials, call.connection)
      } catch {
        throw RPCError(error)
      }
      return StreamingServerResponse { writer in
        try await serve(call, credentials, request.messages, writer)
        return [:]
      }
    }

    private func admit(_ credentials: Credentials, _ connection: GRPCConnection) async throws(CallFailure) {
      let refusal = await withCheckedContinuation { continuation in
        handler.admitCommandChannel(credentials) { continuation.resume(returning: $0) }
      }
      if let refusal { throw refusal }
      try connections.attribute(connection, to: credentials.workerID ?? "")
    }

    private func serve(
      _ call: GRPCConnections.Call, _ credentials: Credentials, _ messages: RPCAsyncSequence<[UInt8], any Error>,
      _ writer: RPCWriter<[UInt8]>
    ) async throws {
      let eventLoop = connections.eventLoop
      let pipe = GRPCLinkPipe(eventLoop: eventLoop) { [stream = call.stream] in stream.close(promise: nil) }
      let session = LinkServerSession(
        pipe: pipe, credentials: credentials, handler: handler, limits: settings.limits, sessions: settings.sessions,
        compression: settings.compression(with: credentials), malformedEvent: malformedEvent)
      pipe.end = session
      call.connection.add(pipe, of: call.number)
      defer { pipe.ended() }
      session.start()
      // The listener is to stop, or the connection is lost.
      try await withRPCCancellationHandler {
        try await pipe.run(messages, writer)
      } onCancelRPC: {
        eventLoop.execute { _ = session.drain() }
      }
      if let error = pipe.closure.flatMap(RPCError.init(_:)) { throw error }
    }
  }

  extension GRPCLinkPipe {
    /// Until the link is closed from this side, or the peer ends its stream.
    fileprivate func run(_ messages: RPCAsyncSequence<[UInt8], any Error>, _ writer: RPCWriter<[UInt8]>) async throws {
      try await withThrowingTaskGroup(of: Void.self) { group in
        defer { group.cancelAll() }
        group.addTask { try await self.write(to: writer) }
        group.addTask {
          for try await message in messages { self.read(message) }
        }
        try await group.next()
      }
    }
  }

  extension Credentials {
    init(_ metadata: Metadata, _ connection: GRPCConnection) throws(CallFailure) {
      guard let workerID = metadata[RXONProtocol.Header.workerID], Identifier.isStrictlyValid(workerID) else {
        throw CallFailure(status: 400, "X-Worker-ID is missing, or is not a valid identifier")
      }
      self.init(
        token: metadata[RXONProtocol.Header.workerToken], workerID: workerID, certificate: connection.certificate,
        remoteAddress: connection.remoteAddress, protocolVersion: metadata[RXONProtocol.Header.version],
        isHolon: metadata[RXONProtocol.Header.holon] == "1",
        features: HolonFeatures(header: metadata[RXONProtocol.Header.features] ?? ""))
    }
  }

  extension Metadata {
    /// The first value of a key.
    subscript(key: String) -> String? {
      self[stringValues: key].first { _ in true }
    }
  }
#endif
