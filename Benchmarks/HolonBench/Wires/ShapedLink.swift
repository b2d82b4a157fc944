import Foundation
import NIOCore
import NIOPosix
import Synchronization

/// A relay between a child and a parent, in a process of its own, that makes a link longer and narrower, and counts what
/// passes: each direction has its own delay and its own rate, which all connections share, as on a line.
///
/// It works on what TCP carries, so the bytes are without the headers of TCP and IP, and needs no privileges.
struct ShapedLink {
  /// One way.
  var delay: TimeAmount
  /// Nil for as many as come.
  var bytesPerSecond: Int?

  static let loopback = ShapedLink(delay: .zero, bytesPerSecond: nil)
  /// A round trip of 20 ms, and 10 Mbit/s each way.
  static let narrow = ShapedLink(delay: .milliseconds(10), bytesPerSecond: 10_000_000 / 8)

  /// Runs until the process is ended. Prints the bytes that have passed, both ways together, for each line that it reads.
  func run(port: Int, to target: Int) async throws {
    let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
    let (up, down) = (Line(self), Line(self))
    _ = try await ServerBootstrap(group: group)
      .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
      .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
      .childChannelInitializer { client in
        ClientBootstrap(group: client.eventLoop)
          .channelOption(.tcpOption(.tcp_nodelay), value: 1)
          .channelInitializer { parent in
            parent.eventLoop.makeCompletedFuture {
              try parent.pipeline.syncOperations.addHandler(Direction(to: client, over: down))
            }
          }
          .connect(host: "127.0.0.1", port: target)
          .flatMapThrowing { parent in
            try client.pipeline.syncOperations.addHandler(Direction(to: parent, over: up))
          }
      }
      .bind(host: "127.0.0.1", port: port).get()
    while readLine() != nil {
      let line = "\(up.bytes.load(ordering: .relaxed) + down.bytes.load(ordering: .relaxed))\n"
      FileHandle.standardOutput.write(Data(line.utf8))
    }
  }

  /// One direction of the link. Its connections are all on the relay's one event loop.
  private final class Line: @unchecked Sendable {
    let bytes = Atomic<Int>(0)
    /// In bytes.
    var packetSize: Int { shape.bytesPerSecond == nil ? .max : 1448 }
    private let shape: ShapedLink
    /// When the last byte that came will have left.
    private var free = NIODeadline.uptimeNanoseconds(0)

    init(_ shape: ShapedLink) {
      self.shape = shape
    }

    /// - Returns: when as many bytes, which came now, are at the other end. Nil for at once.
    func arrival(of count: Int) -> NIODeadline? {
      bytes.wrappingAdd(count, ordering: .relaxed)
      let now = NIODeadline.now()
      free = max(free, now)
      if let rate = shape.bytesPerSecond {
        free = free + .nanoseconds(Int64(count) * 1_000_000_000 / Int64(rate))
      }
      let arrival = free + shape.delay
      return arrival > now ? arrival : nil
    }
  }

  /// What comes from one side goes to the other. Confined to its event loop.
  private final class Direction: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private let other: any Channel
    private let line: Line

    init(to other: any Channel, over line: Line) {
      self.other = other
      self.line = line
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
      var bytes = unwrapInboundIn(data)
      // In packets: what is read at once did not arrive at once.
      while let packet = bytes.readSlice(length: min(line.packetSize, bytes.readableBytes)), packet.readableBytes > 0 {
        send(packet)
      }
    }

    private func send(_ bytes: ByteBuffer) {
      let other = other
      guard let arrival = line.arrival(of: bytes.readableBytes) else {
        return other.writeAndFlush(bytes, promise: nil)
      }
      other.eventLoop.scheduleTask(deadline: arrival) { other.writeAndFlush(bytes, promise: nil) }
    }

    func channelInactive(context: ChannelHandlerContext) {
      other.close(promise: nil)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
      context.close(promise: nil)
    }
  }
}
