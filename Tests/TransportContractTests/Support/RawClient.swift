import NIOCore
import NIOPosix
import RXON
import RXONHTTP
import Synchronization

/// A TCP connection over which a test sends what it likes.
final class RawClient: Sendable {
  private struct State {
    var received: [UInt8] = []
    var isClosed = false
  }

  private final class Collector: ChannelInboundHandler, Sendable {
    typealias InboundIn = ByteBuffer
    let client: RawClient

    init(client: RawClient) {
      self.client = client
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
      let bytes = Array(buffer: unwrapInboundIn(data))
      client.state.withLock { $0.received += bytes }
    }

    func channelInactive(context: ChannelHandlerContext) {
      client.state.withLock { $0.isClosed = true }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
      context.close(promise: nil)
    }
  }

  private let state = Mutex(State())
  private let channel = Mutex<(any Channel)?>(nil)

  /// - Parameter reads: false leaves what arrives unread until ``read()``.
  static func connect(port: Int, reads: Bool = true) async throws -> RawClient {
    let client = RawClient()
    let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
      .channelOption(.tcpOption(.tcp_nodelay), value: 1)
      .channelOption(.autoRead, value: reads)
      .channelInitializer { channel in channel.pipeline.addHandler(Collector(client: client)) }
      .connect(host: "127.0.0.1", port: port).get()
    client.channel.withLock { $0 = channel }
    return client
  }

  func read() async throws {
    try await channel.withLock { $0 }?.setOption(.autoRead, value: true).get()
  }

  func send(_ text: String) async throws {
    try await send(Array(text.utf8))
  }

  func send(_ bytes: [UInt8]) async throws {
    try await channel.withLock { $0 }?.writeAndFlush(ByteBuffer(bytes: bytes)).get()
  }

  func close() async {
    try? await channel.withLock { $0 }?.close().get()
  }

  var received: [UInt8] { state.withLock { $0.received } }
  var text: String { String(decoding: state.withLock { $0.received }, as: UTF8.self) }
  var isClosed: Bool { state.withLock { $0.isClosed } }

  /// The status codes of the answers so far, in order.
  var statuses: [Int] {
    text.split(separator: "HTTP/1.1 ", omittingEmptySubsequences: false).dropFirst().compactMap { Int($0.prefix(3)) }
  }
}

/// A request as text. `Content-Length` is put on where there is a body.
func request(_ line: String, _ headers: [String] = [], body: String = "") -> String {
  let length = body.isEmpty ? [] : ["Content-Length: \(body.utf8.count)"]
  return ([line + " HTTP/1.1", "Host: parent"] + headers + length).joined(separator: "\r\n") + "\r\n\r\n" + body
}

/// Starts a listener with these limits for the length of `body`.
func withListener(
  _ parent: StubParent = StubParent(), limits: HTTPListenerLimits = HTTPListenerLimits(),
  group: any EventLoopGroup = MultiThreadedEventLoopGroup.singleton, refused: (@Sendable (HTTPRefusal) -> Void)? = nil,
  _ body: (_ port: Int) async throws -> Void
) async throws {
  let listener = HTTPListener(host: "127.0.0.1", port: 0, group: group, limits: limits, refused: refused)
  try await listener.whileListening(for: parent, body)
}
