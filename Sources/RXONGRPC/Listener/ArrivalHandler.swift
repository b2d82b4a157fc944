#if GRPC
  import NIOCore
  import RXON
  import RXONHTTP
  import RXONTLS

  /// Notes who is at the other end of a connection once the TLS handshake is over, and closes it where the other end did
  /// not choose HTTP/2. Confined to its event loop.
  final class ArrivalHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private let connection: GRPCConnection

    init(_ connection: GRPCConnection) {
      self.connection = connection
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
      if let handshake = event as? TLSHandshakeCompleted {
        guard handshake.session.applicationProtocol == HTTP2.applicationProtocol else {
          context.close(promise: nil)
          return
        }
        connection.certificate = handshake.session.peer.map(ClientCertificate.init)
      }
      context.fireUserInboundEventTriggered(event)
    }
  }

  @available(*, unavailable)
  extension ArrivalHandler: Sendable {}
#endif
