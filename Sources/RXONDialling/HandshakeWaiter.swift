import NIOCore
import RXONTLS

/// Waits at the end of a pipeline until the TLS handshake is over, and leaves it then. Confined to its event loop.
final class HandshakeWaiter: ChannelInboundHandler, RemovableChannelHandler {
  typealias InboundIn = ByteBuffer

  private var context: ChannelHandlerContext?
  private var outcome: Result<Void, any Error>?
  private var promise: EventLoopPromise<Void>?
  private var timer: Scheduled<Void>?

  /// To be called once. Fails when the handshake does, or takes longer than `time`; the channel is closed then.
  func completion(on eventLoop: any EventLoop, within time: TimeAmount) -> EventLoopFuture<Void> {
    let promise = eventLoop.makePromise(of: Void.self)
    self.promise = promise
    timer = eventLoop.assumeIsolated().scheduleTask(in: time) { [weak self] in
      self?.end(.failure(ChannelError.connectTimeout(time)))
    }
    if let outcome { settle(outcome) }
    return promise.futureResult
  }

  func handlerAdded(context: ChannelHandlerContext) {
    self.context = context
  }

  func handlerRemoved(context: ChannelHandlerContext) {
    self.context = nil
  }

  func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
    if event is TLSHandshakeCompleted { end(.success(())) }
    context.fireUserInboundEventTriggered(event)
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    end(.failure(error))
  }

  func channelInactive(context: ChannelHandlerContext) {
    end(.failure(ChannelError.eof))
    context.fireChannelInactive()
  }

  private func end(_ outcome: Result<Void, any Error>) {
    guard self.outcome == nil else { return }
    self.outcome = outcome
    if promise != nil { settle(outcome) }
  }

  private func settle(_ outcome: Result<Void, any Error>) {
    timer?.cancel()
    let (context, promise) = (context, promise)
    self.promise = nil
    switch outcome {
    case .success:
      if let context { context.pipeline.syncOperations.removeHandler(self, promise: nil) }
      promise?.succeed(())
    case .failure(let error):
      context?.close(promise: nil)
      promise?.fail(error)
    }
  }
}
