import NIOCore
import NIOPosix
import RXONTLS
import Synchronization

/// One end of a connection, with what happened there.
final class Endpoint: Sendable {
  struct State {
    fileprivate var kept = ByteBuffer()
    var receivedCount = 0
    var session: TLSSession?
    var errors: [any Error] = []
    var isInputClosed = false
    var isClosed = false
    var readCompletions = 0

    var received: [UInt8] { Array(buffer: kept) }
  }

  private let state = Mutex(State())
  let channel: any Channel

  init(_ channel: any Channel) {
    self.channel = channel
  }

  var current: State { state.withLock { $0 } }
  var text: String { String(buffer: current.kept) }

  /// The first error of TLS here.
  var failure: TLSError? { current.errors.lazy.compactMap { $0 as? TLSError }.first }

  func send(_ text: String) async throws {
    try await channel.writeAndFlush(ByteBuffer(string: text)).get()
  }

  /// Writes without waiting for it.
  func write(_ bytes: ByteBuffer, flush: Bool = true) -> EventLoopFuture<Void> {
    let promise = channel.eventLoop.makePromise(of: Void.self)
    channel.write(bytes, promise: promise)
    if flush { channel.flush() }
    return promise.futureResult
  }

  func close() async {
    try? await channel.close().get()
  }

  fileprivate func update(_ change: (inout State) -> Void) {
    state.withLock { change(&$0) }
  }
}

/// The last handler of a test's pipeline: records, and does what the test wants done.
final class Recorder: ChannelInboundHandler {
  typealias InboundIn = ByteBuffer
  typealias OutboundOut = ByteBuffer

  struct Behaviour: Sendable {
    /// Sends everything back.
    var echoes = false
    /// Keeps the bytes; else they are counted only.
    var keepsBytes = true
    /// Sent as soon as the channel is active.
    var greeting: String?
    /// Sent back to whatever comes first, before closing.
    var answer: String?
    /// Sent back to the end of input, which is then closed in this direction too.
    var farewell: String?
  }

  private let endpoint: Endpoint
  private let behaviour: Behaviour

  init(_ endpoint: Endpoint, _ behaviour: Behaviour) {
    self.endpoint = endpoint
    self.behaviour = behaviour
  }

  func channelActive(context: ChannelHandlerContext) {
    if let greeting = behaviour.greeting {
      context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: greeting)), promise: nil)
    }
    context.fireChannelActive()
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    let buffer = unwrapInboundIn(data)
    endpoint.update { state in
      if behaviour.keepsBytes { state.kept.writeImmutableBuffer(buffer) }
      state.receivedCount += buffer.readableBytes
    }
    if behaviour.echoes { context.write(wrapOutboundOut(buffer), promise: nil) }
  }

  func channelReadComplete(context: ChannelHandlerContext) {
    endpoint.update { $0.readCompletions += 1 }
    if behaviour.echoes { context.flush() }
    if let answer = behaviour.answer {
      context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: answer)), promise: nil)
      context.close(promise: nil)
    }
    context.fireChannelReadComplete()
  }

  func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
    if let completed = event as? TLSHandshakeCompleted { endpoint.update { $0.session = completed.session } }
    guard case ChannelEvent.inputClosed = event else { return }
    endpoint.update { $0.isInputClosed = true }
    if let farewell = behaviour.farewell {
      context.write(wrapOutboundOut(ByteBuffer(string: farewell)), promise: nil)
      context.flush()
      context.close(mode: .output, promise: nil)
    }
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    endpoint.update { $0.errors.append(error) }
  }

  func channelInactive(context: ChannelHandlerContext) {
    endpoint.update { $0.isClosed = true }
    context.fireChannelInactive()
  }
}
