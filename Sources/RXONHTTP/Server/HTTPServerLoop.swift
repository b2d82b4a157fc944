import NIOCore

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
  private let serializer: HTTPResponseSerializer
  private var dateSecond = Int.min
  private var date: [UInt8] = []

  init(
    eventLoop: any EventLoop, limits: HTTPServerLimits, responder: any HTTPResponder,
    serializer: HTTPResponseSerializer, census: ConnectionCensus, refused: (@Sendable (HTTPRefusal) -> Void)?
  ) {
    self.eventLoop = eventLoop
    self.limits = limits
    self.responder = responder
    self.serializer = serializer
    connections = SupervisedConnections(eventLoop: eventLoop)
    self.census = census
    self.refused = refused
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
