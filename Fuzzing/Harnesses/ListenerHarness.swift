import NIOCore
import NIOEmbedded
import RXON
import RXONHTTP
import RXONLZ4

extension Harness {
  /// A listener's side of one connection, upgraded ones included: a ``NetworkInput``.
  static let listener = Harness(name: "listener") { bytes in
    let input = NetworkInput(bytes)
    let exchange = try ListenerExchange(input)
    for piece in input.pieces {
      guard try exchange.takes(piece) else { break }
    }
    try exchange.end(halfClosed: input.has(1))
  }
}

/// One connection to a listener, with a handler behind that answers at once or late.
private final class ListenerExchange {
  private let connection: EmbeddedConnection
  private let handler: FuzzedHandler
  private let takesBatches: Bool

  init(_ input: NetworkInput) throws {
    let loop = EmbeddedEventLoop()
    takesBatches = input.has(4)
    connection = try EmbeddedConnection(loop: loop)
    handler = FuzzedHandler(answersAtOnce: !input.has(0), refuses: input.has(2))
    let listener = HTTPListener(
      host: "", port: 0, group: loop, limits: Self.limits, features: takesBatches ? .all : [],
      compression: CompressionStatistics())
    try listener.makeServer(handler: handler).serve(connection.channel)
    try connection.open()
    connection.setWritable(!input.has(3))
  }

  /// Small, so that every one of them is reached.
  private static var limits: HTTPListenerLimits {
    var limits = HTTPListenerLimits()
    limits.bodySize = 1000
    limits.headerFieldSize = 400
    limits.headerListSize = 1000
    limits.headerFieldCount = 20
    limits.webSocketMessageSize = 1000
    limits.pipelinedRequests = 3
    limits.headerTimeout = .zero
    limits.bodyTimeout = .zero
    limits.minimumBodyRate = .max
    limits.idleTimeout = .zero
    limits.lingerTimeout = .zero
    limits.pingInterval = .zero
    limits.pongTimeout = .zero
    return limits
  }

  /// - Returns: false when the connection is over.
  func takes(_ piece: ArraySlice<UInt8>) throws -> Bool {
    if connection.channel.isActive, !connection.wantsMore { try answerAll() }
    guard connection.channel.isActive else { return false }
    try require(connection.wantsMore, "a connection whose calls are all answered reads on")
    try connection.receive(piece)
    try check()
    return true
  }

  func end(halfClosed: Bool) throws {
    if halfClosed { try connection.receiveEnd() }
    try answerAll()
    // One for a deadline, one for a lingering end, and two for a WebSocket's ping and the pong that does not come.
    try connection.pass(ticks: 4)
    try check()
    try require(!connection.channel.isActive, "a connection that nobody needs is closed in time")
    try require(handler.openChannels == 0, "every command channel that was opened is told to be closed")
    _ = try? connection.channel.finish(acceptAlreadyClosed: true)
  }

  private func answerAll() throws {
    connection.setWritable(true)
    while handler.answerOldest() {
      connection.loop.run()
      try connection.collect()
    }
    try check()
  }

  private func check() throws {
    try require(
      connection.written.isEmpty || connection.written.starts(with: "HTTP/1.1 ".utf8), "an answer is one of HTTP")
    try require(takesBatches || handler.waiting <= 1, "calls of one connection are handed over one after the other")
    try require(handler.longestBody <= Self.limits.bodySize, "no body is longer than the limit")
    try require(handler.told == handler.answered, "every answer is told once whether it was written")
  }
}
