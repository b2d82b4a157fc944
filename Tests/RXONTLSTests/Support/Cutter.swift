import NIOCore
import NIOPosix
import Synchronization

/// Stands between two ends of a connection, passes bytes on, and cuts the line when told to.
final class Cutter: Sendable {
  private struct State {
    var isOpen: Bool
    var withheld: [(any Channel, ByteBuffer)] = []
    var channels: [any Channel] = []
    var dialler: (any Channel)?
  }

  private let state: Mutex<State>
  private let listening = Mutex<(any Channel)?>(nil)

  private init(isOpen: Bool) {
    state = Mutex(State(isOpen: isOpen))
  }

  var port: Int { listening.withLock { $0?.localAddress?.port } ?? 0 }

  /// - Parameter isOpen: whether it passes anything on before ``open()``.
  static func start(to target: Int, isOpen: Bool = true) async throws -> Cutter {
    let cutter = Cutter(isOpen: isOpen)
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
            cutter.state.withLock { $0.channels += [inner, outer] }
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

  func open() async throws {
    let withheld = state.withLock { state in
      state.isOpen = true
      defer { state.withheld = [] }
      return state.withheld
    }
    for (channel, bytes) in withheld { try await channel.writeAndFlush(bytes).get() }
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
      let isOpen = cutter.state.withLock { state in
        if !state.isOpen { state.withheld.append((target, bytes)) }
        return state.isOpen
      }
      if isOpen { target.writeAndFlush(bytes, promise: nil) }
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
