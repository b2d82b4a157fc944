import NIOCore
import RXONLZ4
import RXONWire

/// What the connections of one event loop share. Confined to that loop.
final class HTTPServerLoop: @unchecked Sendable {
  // Unchecked: everything mutable is confined to `eventLoop`.
  let eventLoop: any EventLoop
  let limits: HTTPServerLimits
  let responder: any HTTPResponder
  let connections: SupervisedConnections
  let census: ConnectionCensus
  /// Told why something was turned away.
  let refused: (@Sendable (HTTPRefusal) -> Void)?
  /// Nil where bodies are not compressed.
  private let compression: (frames: LZ4Frame, statistics: CompressionStatistics)?
  private let serializer: HTTPResponseSerializer
  private var dateSecond = Int.min
  private var date: [UInt8] = []

  init(
    eventLoop: any EventLoop, limits: HTTPServerLimits, responder: any HTTPResponder,
    serializer: HTTPResponseSerializer, census: ConnectionCensus, compression: CompressionStatistics?,
    refused: (@Sendable (HTTPRefusal) -> Void)?
  ) {
    self.eventLoop = eventLoop
    self.limits = limits
    self.responder = responder
    self.serializer = serializer
    connections = SupervisedConnections(eventLoop: eventLoop)
    self.census = census
    self.refused = refused
    self.compression = compression.flatMap { statistics in (try? LZ4Frame()).map { ($0, statistics) } }
  }

  /// What compresses the bodies of one connection; nil where none are.
  func makeBodyCompression() -> BodyCompression? {
    compression.map { BodyCompression(frames: $0.frames, statistics: $0.statistics) }
  }

  func serialize(
    _ response: HTTPResponse, persistence: HTTPPersistence, isHead: Bool, allocator: ByteBufferAllocator
  ) -> ByteBuffer {
    serializer.serialize(response, date: currentDate(), persistence: persistence, isHead: isHead, allocator: allocator)
  }

  /// The `Date` of now, formatted once a second.
  private func currentDate() -> [UInt8] {
    let second = WallClock.unixSeconds()
    if second != dateSecond {
      dateSecond = second
      date = Array(HTTPDate.format(unixSeconds: second).utf8)
    }
    return date
  }
}
