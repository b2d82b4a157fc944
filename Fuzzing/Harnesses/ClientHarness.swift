import NIOCore
import NIOEmbedded
import NIOHTTP1
import RXON
import RXONDialling
import RXONHTTP
import RXONWire

extension Harness {
  /// A parent's answers to two calls of a client over one connection, and what is read out of them: a ``NetworkInput``.
  static let client = Harness(name: "client") { bytes in
    let input = NetworkInput(bytes)
    let exchange = try ClientExchange(isPoll: input.has(0), isRepeatable: input.has(1))
    exchange.call()
    exchange.call()
    for piece in input.pieces {
      guard try exchange.takes(piece) else { break }
    }
    try exchange.end(halfClosed: input.has(2))
  }
}

/// A pool of connections of which at most one is open at a time, and calls over it. Confined to one thread.
private final class ClientExchange: @unchecked Sendable {
  // Unchecked: a harness has one thread.
  private static let answerSize = 1000

  private let loop = EmbeddedEventLoop()
  private let isPoll: Bool
  private let isRepeatable: Bool
  private var pool: HTTPConnectionPool?
  private var connections: [EmbeddedConnection] = []
  private var begun = 0
  private var ended = 0
  private var broken: (any Error)?

  init(isPoll: Bool, isRepeatable: Bool) throws {
    self.isPoll = isPoll
    self.isRepeatable = isRepeatable
    var options = HTTPTransportOptions()
    options.connections = 1
    options.pollConnections = 1
    options.answerSize = Self.answerSize
    let endpoint = Endpoint(scheme: "http", host: "parent.example")
    pool = HTTPConnectionPool(
      dialler: Dialler(endpoint: endpoint) { [weak self] loop in
        self?.connect(on: loop) ?? loop.makeFailedFuture(ChannelError.operationUnsupported)
      },
      eventLoop: loop, options: options)
  }

  private func connect(on eventLoop: any EventLoop) -> EventLoopFuture<any Channel> {
    do {
      // A parent that always hangs up must not keep the calls going round.
      try require(connections.count < 2 * begun + 1, "a call is sent at most twice")
      let connection = try EmbeddedConnection(loop: loop)
      connections.append(connection)
      try connection.open()
      return eventLoop.makeSucceededFuture(connection.channel)
    } catch {
      broken = error
      return eventLoop.makeFailedFuture(error)
    }
  }

  func call() {
    begun += 1
    let request = HTTPClientRequest(
      method: isPoll ? .GET : .POST, target: "/", headers: ["Host": "parent.example"], body: isPoll ? [] : [0x7b, 0x7d])
    let call = HTTPClientCall(request: request, timeout: .hours(1), isPoll: isPoll, isRepeatable: isRepeatable)
    pool?.submit(call) { [self] result in
      ended += 1
      do {
        try check(result)
      } catch {
        broken = error
      }
    }
    loop.run()
  }

  private func check(_ result: Result<HTTPClientResponse, TransportError>) throws {
    guard case .success(let response) = result else { return }
    try require(response.body.count <= Self.answerSize, "no answer is longer than the limit")
    try require(!(100...199).contains(response.status), "informational answers are no answers")
    let decoder = ReplyDecoder(answerSize: Self.answerSize)
    _ = try? decoder.registration(response.body)
    _ = try? decoder.task(response.body)
    _ = try? decoder.result(response.body)
    _ = try? decoder.heartbeat(response.body)
    _ = try? decoder.token(response.body)
    for date in response.headers["date"] { _ = HTTPDate.parse(date) }
  }

  /// - Returns: false when no connection is open.
  func takes(_ piece: ArraySlice<UInt8>) throws -> Bool {
    guard let connection = connections.last(where: { $0.channel.isActive }) else { return false }
    try require(connection.wantsMore, "a client reads on")
    try connection.receive(piece)
    try require(ended <= begun, "a call ends once")
    return true
  }

  func end(halfClosed: Bool) throws {
    for _ in 0..<4 {
      for connection in connections where connection.channel.isActive {
        if halfClosed { try connection.receiveEnd() }
        try connection.drop()
      }
    }
    _ = pool?.close()
    loop.run()
    pool = nil
    if let broken { throw broken }
    try require(ended == begun, "every call ends")
    for connection in connections {
      try require(!connection.channel.isActive, "a closed pool has no connections")
      _ = try? connection.channel.finish(acceptAlreadyClosed: true)
    }
  }
}
