import NIOCore
import NIOPosix
import RXONTLS
import Synchronization

/// Stands between a node and its parent, understands what passes, and cuts the line where its fault says.
final class FaultProxy: Sendable {
  /// What the proxy shows to the node below it, and what it expects of the one above, where the line is encrypted.
  struct Decryption {
    let below: TLSServerContext
    let above: TLSClientContext
  }

  let fault: Fault
  private let decryption: Decryption?
  private let makeReader: @Sendable () -> any ExchangeReader
  private let listening = Mutex<(any Channel)?>(nil)
  private let open = Mutex<[ObjectIdentifier: any Channel]>([:])

  private init(
    decryption: Decryption?, fault: Fault, makeReader: @escaping @Sendable () -> any ExchangeReader
  ) {
    self.decryption = decryption
    self.fault = fault
    self.makeReader = makeReader
  }

  var port: Int { listening.withLock { $0?.localAddress?.port } ?? 0 }

  static func start(
    to port: Int, decrypting decryption: Decryption? = nil, fault: Fault,
    reading makeReader: @escaping @Sendable () -> any ExchangeReader
  ) async throws -> FaultProxy {
    let proxy = FaultProxy(decryption: decryption, fault: fault, makeReader: makeReader)
    // One loop, so that bytes keep their order without more ado.
    let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton.next())
      .childChannelOption(.autoRead, value: false)
      .childChannelInitializer { proxy.join($0, to: port) }
      .bind(host: "127.0.0.1", port: 0).get()
    proxy.listening.withLock { $0 = channel }
    return proxy
  }

  private func join(_ below: any Channel, to port: Int) -> EventLoopFuture<Void> {
    note(below)
    return ClientBootstrap(group: below.eventLoop)
      .channelOption(.autoRead, value: false)
      .connect(host: "127.0.0.1", port: port)
      .flatMap { [self] above in
        note(above)
        return below.eventLoop.makeCompletedFuture { try join(below, above, port: port) }
          .flatMap { above.setOption(.autoRead, value: true) }
          .flatMap { below.setOption(.autoRead, value: true) }
      }
  }

  private func join(_ below: any Channel, _ above: any Channel, port: Int) throws {
    let line = Line(below: Side(below), above: Side(above), reader: makeReader(), fault: fault)
    let (belowTLS, aboveTLS) = (
      decryption.map { TLSHandler(server: $0.below) },
      decryption.map { TLSHandler(client: $0.above, host: "127.0.0.1", port: port) }
    )
    try line.above.take([aboveTLS, End(line, isBelow: false)])
    try line.below.take([belowTLS, End(line, isBelow: true)])
  }

  private func note(_ channel: any Channel) {
    let id = ObjectIdentifier(channel)
    open.withLock { $0[id] = channel }
    channel.closeFuture.whenComplete { [self] _ in _ = open.withLock { $0.removeValue(forKey: id) } }
  }

  func stop() async {
    try? await listening.withLock { $0 }?.close().get()
    for channel in open.withLock({ Array($0.values) }) { try? await channel.close().get() }
  }
}

/// One end of a line. Confined to its event loop.
private struct Side {
  let channel: any Channel
  private let plug = Plug()

  init(_ channel: any Channel) {
    self.channel = channel
  }

  /// - Parameter handlers: nil ones are left out.
  func take(_ handlers: [(any ChannelHandler)?]) throws {
    try channel.pipeline.syncOperations.addHandlers([plug] + handlers.compactMap { $0 })
  }

  /// Ends the connection as a lost network does: TLS has no time for a last word.
  func pull() { plug.pull() }
}

/// Stands between the network and TLS.
private final class Plug: ChannelInboundHandler {
  typealias InboundIn = ByteBuffer
  private var context: ChannelHandlerContext?

  func handlerAdded(context: ChannelHandlerContext) { self.context = context }

  func handlerRemoved(context: ChannelHandlerContext) { self.context = nil }

  func pull() { context?.close(promise: nil) }
}

/// One connection through the proxy. Confined to its event loop.
private final class Line: @unchecked Sendable {
  // Unchecked: everything mutable is confined to the loop of both channels.
  let below: Side
  let above: Side
  private let fault: Fault
  private var reader: any ExchangeReader
  private var isCut = false

  init(below: Side, above: Side, reader: any ExchangeReader, fault: Fault) {
    self.below = below
    self.above = above
    self.reader = reader
    self.fault = fault
  }

  func take(_ bytes: [UInt8], fromBelow isUp: Bool) {
    guard !isCut else { return }
    let passage = isUp ? reader.takeUp(bytes, fault) : reader.takeDown(bytes, fault)
    isCut = passage.cuts
    let target = isUp ? above : below
    let written = target.channel.writeAndFlush(ByteBuffer(bytes: passage.bytes))
    if isCut { written.whenComplete { [self] _ in close() } }
  }

  func close() {
    below.pull()
    above.pull()
  }
}

/// Hands on what comes out of one end of a line.
private final class End: ChannelInboundHandler, Sendable {
  typealias InboundIn = ByteBuffer
  private let line: Line
  private let isBelow: Bool

  init(_ line: Line, isBelow: Bool) {
    self.line = line
    self.isBelow = isBelow
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    line.take(Array(buffer: unwrapInboundIn(data)), fromBelow: isBelow)
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    context.close(promise: nil)
  }

  func channelInactive(context: ChannelHandlerContext) {
    line.close()
  }
}
