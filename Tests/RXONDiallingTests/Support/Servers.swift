import NIOCore
import NIOPosix
import Synchronization

/// A server on an address of this machine that says its name to whoever connects.
final class NamedServer: Sendable {
  let port: Int
  private let channel: any Channel

  private init(_ channel: any Channel) {
    self.channel = channel
    port = channel.localAddress?.port ?? 0
  }

  static func start(_ name: String, at address: String, port: Int = 0) async throws -> NamedServer {
    let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
      .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
      .childChannelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          try channel.pipeline.syncOperations.addHandler(Greeter(name: name))
        }
      }
      .bind(host: address, port: port).get()
    return NamedServer(channel)
  }

  func stop() async {
    try? await channel.close().get()
  }
}

private final class Greeter: ChannelInboundHandler, Sendable {
  typealias InboundIn = ByteBuffer

  private let name: String

  init(name: String) {
    self.name = name
  }

  func channelActive(context: ChannelHandlerContext) {
    context.writeAndFlush(NIOAny(ByteBuffer(string: name)), promise: nil)
  }
}

/// DNS with answers that a test decides.
final class ScriptedResolver: Resolver, Sendable {
  struct Answers: Sendable {
    var ipv4: [String] = []
    var ipv6: [String] = []
  }

  private let state: Mutex<(answers: Answers, asked: [String])>

  init(_ answers: Answers) {
    state = Mutex((answers, []))
  }

  /// The names that were asked for, IPv6 and IPv4 counted as one.
  var asked: [String] { state.withLock { $0.asked } }

  func change(to answers: Answers) {
    state.withLock { $0.answers = answers }
  }

  func initiateAQuery(host: String, port: Int) -> EventLoopFuture<[SocketAddress]> {
    state.withLock { $0.asked.append(host) }
    return answer(\.ipv4, port)
  }

  func initiateAAAAQuery(host: String, port: Int) -> EventLoopFuture<[SocketAddress]> {
    answer(\.ipv6, port)
  }

  func cancelQueries() {}

  private func answer(_ family: KeyPath<Answers, [String]>, _ port: Int) -> EventLoopFuture<[SocketAddress]> {
    let loop = MultiThreadedEventLoopGroup.singleton.any()
    return loop.makeCompletedFuture {
      try self.state.withLock { $0.answers[keyPath: family] }.map { try SocketAddress(ipAddress: $0, port: port) }
    }
  }
}

/// Collects what comes through a dialled channel, from the first byte on.
final class Collector: ChannelInboundHandler, Sendable {
  typealias InboundIn = ByteBuffer

  private let text = Mutex("")

  var received: String { text.withLock { $0 } }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    text.withLock { $0 += String(buffer: unwrapInboundIn(data)) }
  }
}
