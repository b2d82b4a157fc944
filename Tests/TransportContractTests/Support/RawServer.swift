import NIOCore
import NIOPosix
import Synchronization

/// A server that does with each connection what a script says.
final class RawServer: Sendable {
  /// A connection as the script sees it.
  struct Peer: Sendable {
    let channel: any Channel
    /// Counted from 1, in the order in which connections were accepted.
    let number: Int
    /// Everything that came over this connection.
    let received: String

    func send(_ text: String) {
      channel.writeAndFlush(ByteBuffer(string: text), promise: nil)
    }

    func close() {
      channel.close(promise: nil)
    }

    /// Sends, and closes when that is on its way.
    func sendAndClose(_ text: String) {
      let channel = channel
      channel.writeAndFlush(ByteBuffer(string: text)).whenComplete { _ in channel.close(promise: nil) }
    }
  }

  /// Called whenever something has come.
  typealias Script = @Sendable (Peer) -> Void

  private final class Handler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    let script: Script
    let number: Int
    var received: [UInt8] = []

    init(script: @escaping Script, number: Int) {
      self.script = script
      self.number = number
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
      received += Array(buffer: unwrapInboundIn(data))
      script(Peer(channel: context.channel, number: number, received: String(decoding: received, as: UTF8.self)))
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
      context.close(promise: nil)
    }
  }

  let port: Int
  private let channel: any Channel
  private let counter: Counter

  private init(channel: any Channel, counter: Counter) {
    self.channel = channel
    port = channel.localAddress?.port ?? 0
    self.counter = counter
  }

  private final class Counter: Sendable {
    let value = Atomic<Int>(0)
  }

  /// How many connections were accepted.
  var connections: Int { counter.value.load(ordering: .relaxed) }

  static func start(_ script: @escaping Script) async throws -> RawServer {
    let counter = Counter()
    let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
      .childChannelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          let number = counter.value.add(1, ordering: .relaxed).newValue
          try channel.pipeline.syncOperations.addHandler(Handler(script: script, number: number))
        }
      }
      .bind(host: "127.0.0.1", port: 0).get()
    return RawServer(channel: channel, counter: counter)
  }

  func stop() async {
    try? await channel.close().get()
  }
}
