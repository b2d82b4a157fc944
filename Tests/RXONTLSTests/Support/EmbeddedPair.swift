import NIOCore
import NIOEmbedded

@testable import RXONTLS

/// A client and a server without a network: what they send goes across when a test says so.
final class EmbeddedPair {
  let client = EmbeddedChannel()
  let server = EmbeddedChannel()
  let clientHandler: TLSHandler
  let serverHandler: TLSHandler
  private let clientRecorder = Witness()
  private let serverRecorder = Witness()

  /// What goes wrong at either end; the bytes that came out there.
  final class Witness: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    var received: [UInt8] = []
    var errors: [any Error] = []

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
      unwrapInboundIn(data).withUnsafeReadableBytes { received += $0 }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
      errors.append(error)
    }
  }

  init(_ server: TLSServerContext, _ client: TLSClientContext) throws {
    clientHandler = TLSHandler(client: client, host: "localhost", port: 1)
    serverHandler = TLSHandler(server: server)
    try self.client.pipeline.syncOperations.addHandlers(clientHandler, clientRecorder)
    try self.server.pipeline.syncOperations.addHandlers(serverHandler, serverRecorder)
    let address = try SocketAddress(ipAddress: "127.0.0.1", port: 1)
    self.server.connect(to: address, promise: nil)
    self.client.connect(to: address, promise: nil)
  }

  var clientReceived: [UInt8] { clientRecorder.received }
  var serverReceived: [UInt8] { serverRecorder.received }
  var clientErrors: [any Error] { clientRecorder.errors }
  var serverErrors: [any Error] { serverRecorder.errors }

  enum Direction {
    case toServer
    case toClient
  }

  /// Carries what was sent across until neither side has anything to say.
  /// - Parameter change: gets each piece on its way.
  func settle(_ change: (_ direction: Direction, _ piece: inout [UInt8]) -> Void = { _, _ in }) throws {
    var isQuiet = false
    while !isQuiet {
      isQuiet = true
      for (from, to, direction) in [(client, server, Direction.toServer), (server, client, .toClient)] {
        while let buffer = try from.readOutbound(as: ByteBuffer.self) {
          isQuiet = false
          var piece = Array(buffer: buffer)
          change(direction, &piece)
          guard !piece.isEmpty, to.isActive else { continue }
          // Errors are the recorder's.
          _ = try? to.writeInbound(ByteBuffer(bytes: piece))
        }
      }
    }
  }

  /// Closes both ends and lets their loops come to rest.
  func finish() {
    for channel in [client, server] {
      _ = try? channel.finish(acceptAlreadyClosed: true)
      channel.embeddedEventLoop.run()
    }
  }
}

extension TLSServerContext {
  /// Believed by ``TLSClientContext/usual``.
  static func usual() throws -> TLSServerContext { try TLSServerContext(.usual) }
}

extension TLSClientContext {
  static func usual(_ version: TLSVersion = .v13) throws -> TLSClientContext { try TLSClientContext(.usual) }
}
