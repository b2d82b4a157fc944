import NIOCore
import NIOPosix
import Synchronization

/// Passes bytes on between clients and a port of this machine; counts them, slows them down, or swallows them.
final class CountingProxy: Sendable {
  struct State {
    var connections = 0
    var bytesUp = 0
    var isSilent = false
    var channels: [any Channel] = []
  }

  let port: Int
  private let listening: any Channel
  private let state: Shared

  final class Shared: Sendable {
    let value = Mutex(State())
  }

  private init(listening: any Channel, state: Shared) {
    self.listening = listening
    self.state = state
    port = listening.localAddress?.port ?? 0
  }

  /// - Parameter bytesPerSecond: that pass upwards; nil for as many as come.
  static func start(to target: Int, bytesPerSecond: Int? = nil) async throws -> CountingProxy {
    let state = Shared()
    let listening = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
      .childChannelOption(.autoRead, value: false)
      // What lies in a reader's buffer is on the way as on a line that is as long.
      .serverChannelOption(.socketOption(.so_rcvbuf), value: 64 << 10)
      .childChannelInitializer { client in
        state.value.withLock { state in
          state.connections += 1
          state.channels.append(client)
        }
        return ClientBootstrap(group: client.eventLoop)
          .channelInitializer { parent in
            parent.pipeline.addHandler(Passing(to: client, state: state, bytesPerSecond: nil, isUp: false))
          }
          .connect(host: "127.0.0.1", port: target)
          .flatMap { parent in
            client.pipeline.addHandler(
              Passing(to: parent, state: state, bytesPerSecond: bytesPerSecond, isUp: true))
          }
      }
      .bind(host: "127.0.0.1", port: 0).get()
    return CountingProxy(listening: listening, state: state)
  }

  /// Connections that were accepted so far.
  var connections: Int { state.value.withLock { $0.connections } }
  /// Bytes that went from clients to the port so far.
  var bytesUp: Int { state.value.withLock { $0.bytesUp } }

  /// From now on nothing passes, and nobody is told.
  func goSilent() {
    state.value.withLock { $0.isSilent = true }
  }

  func stop() async {
    try? await listening.close().get()
    for channel in state.value.withLock({ $0.channels }) { try? await channel.close().get() }
  }

  private final class Passing: ChannelInboundHandler, Sendable {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let other: any Channel
    private let state: Shared
    private let bytesPerSecond: Int?
    private let isUp: Bool

    init(to other: any Channel, state: Shared, bytesPerSecond: Int?, isUp: Bool) {
      self.other = other
      self.state = state
      self.bytesPerSecond = bytesPerSecond
      self.isUp = isUp
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
      let bytes = unwrapInboundIn(data)
      let isSilent = state.value.withLock { state in
        if isUp { state.bytesUp += bytes.readableBytes }
        return state.isSilent
      }
      guard !isSilent else { return }
      let channel = context.channel
      let pause = bytesPerSecond.map { Int64(bytes.readableBytes) * 1_000_000_000 / Int64($0) } ?? 0
      other.writeAndFlush(bytes).whenComplete { [isUp] result in
        guard case .success = result else { return channel.close(promise: nil) }
        guard isUp else { return }
        channel.eventLoop.scheduleTask(in: .nanoseconds(pause)) { channel.read() }
      }
    }

    func channelActive(context: ChannelHandlerContext) {
      if isUp { context.read() }
    }

    func channelInactive(context: ChannelHandlerContext) {
      if !state.value.withLock({ $0.isSilent }) { other.close(promise: nil) }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
      context.close(promise: nil)
    }
  }
}
