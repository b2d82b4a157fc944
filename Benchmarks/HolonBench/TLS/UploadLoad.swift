import NIOCore
import NIOHTTP1
import NIOPosix
import RXONTLS

/// A client that posts large bodies over a few connections, each to its end before the next.
struct UploadLoad: Sendable {
  static let atOnce = 4
  static let bodySize = 1 << 20

  let port: Int
  /// Nil for plain connections.
  let context: TLSClientContext?
  let group: MultiThreadedEventLoopGroup

  /// - Parameter count: bodies, in all.
  func run(_ count: Int) async throws {
    let ends = (0..<Self.atOnce).map { lane in connection(bodies: (count + lane) / Self.atOnce) }
    for end in ends { try await end.get() }
  }

  private func connection(bodies: Int) -> EventLoopFuture<Void> {
    let eventLoop = group.next()
    let end = eventLoop.makePromise(of: Void.self)
    ClientBootstrap(group: eventLoop)
      .channelOption(.tcpOption(.tcp_nodelay), value: 1)
      .channelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          let pipeline = channel.pipeline.syncOperations
          if let context { try pipeline.addHandler(TLSHandler(client: context, host: "127.0.0.1", port: port)) }
          try pipeline.addHTTPClientHandlers()
          try pipeline.addHandler(Uploader(bodies: bodies, end: end))
        }
      }
      .connect(host: "127.0.0.1", port: port)
      .whenFailure { end.fail($0) }
    return end.futureResult
  }
}

private final class Uploader: ChannelInboundHandler {
  typealias InboundIn = HTTPClientResponsePart
  typealias OutboundOut = HTTPClientRequestPart

  private static let head = HTTPRequestHead(
    version: .http1_1, method: .POST, uri: "/nothing",
    headers: ["Host": "127.0.0.1", "Content-Length": "\(UploadLoad.bodySize)"])
  private static let body = ByteBuffer(repeating: UInt8(ascii: "x"), count: UploadLoad.bodySize)

  private var left: Int
  private var end: EventLoopPromise<Void>?

  init(bodies: Int, end: EventLoopPromise<Void>) {
    left = bodies
    self.end = end
  }

  func channelActive(context: ChannelHandlerContext) {
    sendNext(context)
  }

  private func sendNext(_ context: ChannelHandlerContext) {
    guard left > 0 else {
      finish(.success(()), context)
      return
    }
    left -= 1
    context.write(wrapOutboundOut(.head(Self.head)), promise: nil)
    context.write(wrapOutboundOut(.body(.byteBuffer(Self.body))), promise: nil)
    context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    switch unwrapInboundIn(data) {
    case .head(let head) where head.status != .notFound || !head.isKeepAlive:
      finish(.failure(BenchmarkFailure("a body was answered \(head)")), context)
    case .head, .body: break
    case .end: sendNext(context)
    }
  }

  func channelInactive(context: ChannelHandlerContext) {
    finish(.failure(BenchmarkFailure("the server ended a connection between bodies")), context)
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    finish(.failure(error), context)
  }

  private func finish(_ result: Result<Void, any Error>, _ context: ChannelHandlerContext) {
    end?.completeWith(result)
    end = nil
    context.close(promise: nil)
  }
}
