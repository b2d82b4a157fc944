import NIOCore
import NIOPosix
import Synchronization

/// Stands between two ends of a connection, passes bytes on, and cuts the line when told to.
final class Cutter: Sendable {
  private struct State {
    /// How many pieces of the one who dialled pass; nil for all of them.
    var passing: Int?
    var withheld = ByteBuffer()
    var channels: [any Channel] = []
    var dialler: (any Channel)?
    var target: (any Channel)?
  }

  private let state: Mutex<State>
  private let listening = Mutex<(any Channel)?>(nil)

  private init(passing: Int?) {
    state = Mutex(State(passing: passing))
  }

  var port: Int { listening.withLock { $0?.localAddress?.port } ?? 0 }

  /// - Parameter passing: how many pieces of the one who dialled pass before ``open()``; nil for all of them.
  static func start(to target: Int, passing: Int? = nil) async throws -> Cutter {
    let cutter = Cutter(passing: passing)
    // One loop, so that bytes keep their order without more ado.
    let group = MultiThreadedEventLoopGroup.singleton.next()
    let channel = try await ServerBootstrap(group: group)
      .childChannelOption(.autoRead, value: false)
      .childChannelOption(.allowRemoteHalfClosure, value: true)
      .childChannelInitializer { inner in
        cutter.state.withLock { $0.dialler = inner }
        return ClientBootstrap(group: inner.eventLoop)
          .channelOption(.autoRead, value: false)
          .channelOption(.allowRemoteHalfClosure, value: true)
          .connect(host: "127.0.0.1", port: target)
          .flatMap { outer in
            cutter.state.withLock {
              $0.channels += [inner, outer]
              $0.target = outer
            }
            return outer.pipeline.addHandler(Passage(cutter, to: inner))
              .flatMap { inner.pipeline.addHandler(Passage(cutter, to: outer)) }
              .flatMap { outer.setOption(.autoRead, value: true) }
              .flatMap { inner.setOption(.autoRead, value: true) }
          }
      }
      .bind(host: "127.0.0.1", port: 0).get()
    cutter.listening.withLock { $0 = channel }
    return cutter
  }

  /// How many bytes are being withheld.
  var withheldCount: Int { state.withLock { $0.withheld.readableBytes } }

  /// Passes on what was withheld, in one piece, and everything from then on.
  func open() async throws {
    let (target, withheld) = state.withLock { state in
      state.passing = nil
      defer { state.withheld = ByteBuffer() }
      return (state.target, state.withheld)
    }
    try await target?.writeAndFlush(withheld).get()
  }

  /// Ends the line towards the one who dialled, as a dying network would: no goodbye of TLS.
  func endOutput() async {
    try? await state.withLock { $0.dialler }?.close(mode: .output).get()
  }

  func stop() async {
    try? await listening.withLock { $0 }?.close().get()
    for channel in state.withLock({ $0.channels }) { try? await channel.close().get() }
  }

  private final class Passage: ChannelInboundHandler, Sendable {
    typealias InboundIn = ByteBuffer
    private let cutter: Cutter
    private let target: any Channel

    init(_ cutter: Cutter, to target: any Channel) {
      self.cutter = cutter
      self.target = target
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
      let bytes = unwrapInboundIn(data)
      let passes = cutter.state.withLock { state in
        guard let left = state.passing, state.target === target else { return true }
        state.passing = max(0, left - 1)
        if left == 0 { state.withheld.writeImmutableBuffer(bytes) }
        return left > 0
      }
      if passes { target.writeAndFlush(bytes, promise: nil) }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
      guard case ChannelEvent.inputClosed = event else { return }
      target.close(mode: .output, promise: nil)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
      context.close(promise: nil)
    }

    func channelInactive(context: ChannelHandlerContext) {
      target.close(promise: nil)
    }
  }
}
