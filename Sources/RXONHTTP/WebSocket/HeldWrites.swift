import NIOCore

/// Holds back what is written while the HTTP decoder in front leaves the pipeline: it takes part in writes, and would not
/// survive a frame. What the peer sent along with its handshake may be answered before it has left.
final class HeldWrites: ChannelOutboundHandler, RemovableChannelHandler {
  typealias OutboundIn = ByteBuffer

  private var held: [(data: NIOAny, promise: EventLoopPromise<Void>?)] = []
  private var isFlushHeld = false

  func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
    held.append((data, promise))
  }

  func flush(context: ChannelHandlerContext) {
    isFlushHeld = true
  }

  func handlerRemoved(context: ChannelHandlerContext) {
    let (writes, isFlushHeld) = (held, isFlushHeld)
    held = []
    for write in writes { context.write(write.data, promise: write.promise) }
    if isFlushHeld { context.flush() }
  }
}
