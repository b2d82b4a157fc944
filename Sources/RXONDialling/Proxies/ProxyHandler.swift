import NIOCore

/// Talks to a proxy at the start of a connection, until that leads to the target, and leaves the pipeline then. Confined
/// to its event loop.
final class ProxyHandler: ChannelInboundHandler, RemovableChannelHandler {
  typealias InboundIn = ByteBuffer
  typealias InboundOut = ByteBuffer
  typealias OutboundOut = ByteBuffer

  private var handshake: ProxyHandshake
  private let opened: EventLoopPromise<Void>
  private var timer: Scheduled<Void>?
  private var isOver = false

  /// - Parameter opened: told on the event loop what came of it. What came through the connection already is read by the
  ///   handlers that are in the pipeline when that returns.
  init(_ handshake: ProxyHandshake, opened: EventLoopPromise<Void>) {
    self.handshake = handshake
    self.opened = opened
  }

  /// Sends the greeting. The whole handshake must be over in `time`.
  func begin(in context: ChannelHandlerContext, within time: TimeAmount) {
    guard context.channel.isActive else {
      fail(context, ChannelError.ioOnClosedChannel)
      return
    }
    timer = context.eventLoop.assumeIsolated().scheduleTask(in: time) { [weak self] in
      self?.fail(context, ChannelError.connectTimeout(time))
    }
    send(handshake.greeting, in: context)
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    let buffer = unwrapInboundIn(data)
    guard !isOver else {
      context.fireChannelRead(data)
      return
    }
    switch handshake.receive(buffer.readableBytesView) {
    case .wait: break
    case .send(let bytes): send(bytes, in: context)
    case .open(let rest): open(context, rest)
    case .refused(let refusal): fail(context, refusal)
    }
  }

  func channelInactive(context: ChannelHandlerContext) {
    fail(context, ProxyRefusal("it ended the connection"))
    context.fireChannelInactive()
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    if isOver { context.fireErrorCaught(error) } else { fail(context, error) }
  }

  func handlerRemoved(context: ChannelHandlerContext) {
    end()
    opened.fail(ChannelError.ioOnClosedChannel)
  }

  private func send(_ bytes: [UInt8], in context: ChannelHandlerContext) {
    context.writeAndFlush(wrapOutboundOut(context.channel.allocator.buffer(bytes: bytes)), promise: nil)
  }

  private func open(_ context: ChannelHandlerContext, _ rest: [UInt8]) {
    end()
    // Whoever dialled puts its handlers behind this one now.
    opened.succeed(())
    if !rest.isEmpty {
      context.fireChannelRead(wrapInboundOut(context.channel.allocator.buffer(bytes: rest)))
      context.fireChannelReadComplete()
    }
    context.pipeline.syncOperations.removeHandler(self, promise: nil)
  }

  private func fail(_ context: ChannelHandlerContext, _ error: any Error) {
    guard !isOver else { return }
    end()
    opened.fail(error)
    context.close(promise: nil)
  }

  private func end() {
    isOver = true
    timer?.cancel()
    timer = nil
  }
}
