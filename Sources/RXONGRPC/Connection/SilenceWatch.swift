#if GRPC
  import NIOCore

  /// Closes a connection on which nothing arrived for a while, and tells now and then that something did.
  ///
  /// Each end sends HTTP/2 pings more often than that, so that a good connection is never silent. gRPC's own keep-alive
  /// is not enough: its server answers silence with another ping, and waits for that. Confined to its event loop.
  final class SilenceWatch: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private let limit: TimeAmount
    private let sawPeer: () -> Void
    private var lastRead = NIODeadline.now()
    private var lastTold = NIODeadline.now()
    private var timer: Scheduled<Void>?

    /// - Parameter sawPeer: told on the event loop that something arrived, once in an interval of the keep-alive.
    init(limit: TimeAmount, sawPeer: @escaping () -> Void) {
      self.limit = limit
      self.sawPeer = sawPeer
    }

    func handlerAdded(context: ChannelHandlerContext) {
      lastRead = .now()
      lastTold = lastRead
      watch(context)
    }

    func handlerRemoved(context: ChannelHandlerContext) {
      timer?.cancel()
      timer = nil
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
      lastRead = .now()
      context.fireChannelRead(data)
      if lastRead - lastTold >= TimeAmount(KeepAlive.interval) {
        lastTold = lastRead
        sawPeer()
      }
    }

    private func watch(_ context: ChannelHandlerContext) {
      timer = context.eventLoop.assumeIsolated().scheduleTask(deadline: lastRead + limit) { [weak self] in
        guard let self else { return }
        if lastRead + limit <= .now() {
          context.close(promise: nil)
        } else {
          watch(context)
        }
      }
    }
  }

  @available(*, unavailable)
  extension SilenceWatch: Sendable {}
#endif
