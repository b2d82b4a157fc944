import NIOCore
import NIOEmbedded
import RXONHTTP

extension Harness {
  /// Frames to one side of an open WebSocket, server or client: a ``NetworkInput``.
  static let webSocket = Harness(name: "websocket") { bytes in
    let input = NetworkInput(bytes)
    let role: WebSocket.Role = input.has(0) ? .client : .server
    let connection = try EmbeddedConnection(loop: EmbeddedEventLoop())
    let delegate = FuzzedDelegate(echoes: input.has(1))
    try open(connection, role: role, delegate: delegate)
    for piece in input.pieces where connection.channel.isActive {
      try require(connection.wantsMore, "a WebSocket reads on")
      try connection.receive(piece)
    }
    if input.has(2) { try connection.receiveEnd() }
    // One for the ping, one for the pong that does not come.
    try connection.pass(ticks: 3)
    try require(!connection.channel.isActive, "a WebSocket whose peer is silent is closed")
    try require(delegate.closings == 1, "the end of a WebSocket is told once")
    try require(delegate.longestMessage <= messageSize, "no message is longer than the limit")
    try checkFrames(connection.written, masked: role == .client)
    _ = try? connection.channel.finish(acceptAlreadyClosed: true)
  }

  private static let messageSize = 1000

  private static func open(_ connection: EmbeddedConnection, role: WebSocket.Role, delegate: FuzzedDelegate) throws {
    let socket = WebSocket(channel: connection.channel, role: role)
    let handler = WebSocketHandler(
      socket: socket, connections: SupervisedConnections(eventLoop: connection.loop),
      keepAlive: WebSocketKeepAlive(interval: .zero, timeout: .zero))
    try handler.install(in: connection.channel, maximumMessageSize: messageSize)
    handler.delegate = delegate
    try connection.open()
  }

  /// What this side may write: whole frames with known opcodes, masked by a client only, and nothing after a good-bye.
  private static func checkFrames(_ bytes: [UInt8], masked: Bool) throws {
    var rest = bytes[...]
    var isOver = false
    while let first = rest.popFirst() {
      try require(!isOver, "nothing follows a closing frame")
      try require([0x81, 0x88, 0x89, 0x8a].contains(first), "a frame is final, and text, close, ping or pong")
      guard let second = rest.popFirst() else { throw BrokenProperty(description: "frames are written whole") }
      try require((second & 0x80 != 0) == masked, "a client masks its frames, a server does not")
      var length = Int(second & 0x7f)
      if length == 126 {
        length = rest.prefix(2).reduce(0) { $0 << 8 | Int($1) }
        rest = rest.dropFirst(2)
      }
      try require(length <= messageSize && (first == 0x81 || length <= 125), "a frame has an allowed length")
      length += masked ? 4 : 0
      try require(rest.count >= length, "frames are written whole")
      rest = rest.dropFirst(length)
      isOver = first == 0x88
    }
  }
}

/// Counts what it is told. Confined to one thread.
private final class FuzzedDelegate: WebSocketDelegate, @unchecked Sendable {
  // Unchecked: a harness has one thread.
  private let echoes: Bool
  private(set) var longestMessage = 0
  private(set) var closings = 0

  init(echoes: Bool) {
    self.echoes = echoes
  }

  func webSocket(_ socket: WebSocket, received text: [UInt8]) {
    longestMessage = max(longestMessage, text.count)
    if echoes { socket.send(text: text) }
    if text.starts(with: "close".utf8) { socket.close() }
  }

  func webSocketClosed(_ socket: WebSocket) {
    closings += 1
  }
}
