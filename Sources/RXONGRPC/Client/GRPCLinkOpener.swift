#if GRPC
  import GRPCCore
  import NIOCore
  import RXON
  import RXONDialling
  import RXONLink
  import RXONTLS

  /// Opens links to a parent over gRPC, each over a connection of its own.
  struct GRPCLinkOpener: LinkOpener {
    let dialler: Dialler
    /// From the connection to the parent's word that it takes the link.
    let timeout: TimeAmount

    var encryption: (any AnyObject & Sendable)? { dialler.tls?.current }

    func open(
      _ opening: LinkOpening, on eventLoop: any EventLoop,
      accept: @escaping @Sendable (any LinkPipe) -> (any LinkEnd)?
    ) -> EventLoopFuture<Void> {
      let call = GRPCLinkCall(
        dialler: dialler, eventLoop: eventLoop, metadata: Metadata(opening), timeout: timeout, accept: accept)
      Task(executorPreference: EventLoopTaskExecutor(eventLoop)) { await call.run() }
      return call.opened.futureResult
    }
  }

  extension Metadata {
    fileprivate init(_ opening: LinkOpening) {
      self.init()
      for (name, value) in opening.headers { addString(value, forKey: name.lowercased()) }
    }
  }
#endif
