#if GRPC
  import NIOCore
  import NIOHPACK
  import NIOHTTP2

  /// Writes a number into the header of a call. By it the call's handler, which gRPC tells no more of the connection than
  /// its address, finds connection and stream again. What a client writes there itself is removed.
  final class CallStamp: ChannelInboundHandler {
    typealias InboundIn = HTTP2Frame.FramePayload
    typealias InboundOut = HTTP2Frame.FramePayload

    static let header = "x-holon-call"

    private let number: Int

    init(number: Int) {
      self.number = number
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
      guard case .headers(var payload) = unwrapInboundIn(data) else {
        context.fireChannelRead(data)
        return
      }
      payload.headers.remove(name: Self.header)
      payload.headers.add(name: Self.header, value: String(number))
      context.fireChannelRead(wrapInboundOut(.headers(payload)))
    }
  }

  @available(*, unavailable)
  extension CallStamp: Sendable {}
#endif
