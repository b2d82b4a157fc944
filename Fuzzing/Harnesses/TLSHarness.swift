import NIOCore
import NIOEmbedded
import RXONTLS

extension Harness {
  /// What a network does between two ends that speak TLS: each byte passes on, damages, drops, or puts in bytes; its
  /// low bit says in which direction. What is left passes on in the end.
  static let tls = Harness(name: "tls") { script in
    let conversation = try TLSConversation(TLSContexts.shared.get())
    var rest = script[...]
    while let step = rest.popFirst() {
      let end = step & 1 == 0 ? conversation.server : conversation.client
      let count = Int(step >> 3)
      switch step >> 1 & 3 {
      case 0: try conversation.pass(to: end, count * count + 1)
      case 1: conversation.damage(to: end, at: count * count)
      case 2: conversation.drop(to: end, count + 1)
      default:
        conversation.insert(to: end, rest.prefix(count))
        rest = rest.dropFirst(count)
      }
    }
    try conversation.end()
  }
}

/// A client that greets, a server that greets back, and what is between them. Confined to one thread.
private final class TLSConversation {
  let client: TLSEnd
  let server: TLSEnd
  private let loop = EmbeddedEventLoop()
  private var isUntouched = true

  init(_ contexts: TLSContexts) throws {
    client = try TLSEnd(
      TLSHandler(client: contexts.client, host: "localhost", port: 1), on: loop, greeting: Self.greeting(of: "client"))
    server = try TLSEnd(TLSHandler(server: contexts.server), on: loop, greeting: Self.greeting(of: "server"))
  }

  /// More than one record holds.
  private static func greeting(of name: String) -> [UInt8] {
    Array(String(repeating: "This is the \(name). ", count: 1000).utf8)
  }

  private func takeWritten(for end: TLSEnd) {
    end.onTheWay += (end === server ? client : server).takeWritten()
  }

  func pass(to end: TLSEnd, _ count: Int) throws {
    takeWritten(for: end)
    let piece = end.onTheWay.prefix(count)
    end.onTheWay.removeFirst(piece.count)
    if !piece.isEmpty { try end.receive(piece) }
    try checkPlaintext()
  }

  func damage(to end: TLSEnd, at position: Int) {
    takeWritten(for: end)
    guard end.onTheWay.indices.contains(position) else { return }
    end.onTheWay[position] ^= 0x10
    isUntouched = false
  }

  func drop(to end: TLSEnd, _ count: Int) {
    takeWritten(for: end)
    guard !end.onTheWay.isEmpty else { return }
    end.onTheWay.removeFirst(min(count, end.onTheWay.count))
    isUntouched = false
  }

  func insert(to end: TLSEnd, _ bytes: ArraySlice<UInt8>) {
    guard !bytes.isEmpty else { return }
    takeWritten(for: end)
    end.onTheWay.insert(contentsOf: bytes, at: 0)
    isUntouched = false
  }

  func end() throws {
    for _ in 0..<12 {
      try pass(to: server, .max)
      try pass(to: client, .max)
    }
    if isUntouched {
      try require(server.plaintext == client.greeting, "what nobody touches arrives at the server")
      try require(client.plaintext == server.greeting, "what nobody touches arrives at the client")
    }
    loop.advanceTime(by: .seconds(11))
    for end in [client, server] {
      try require(!end.isActive || end.isEstablished, "a handshake that does not end is given up")
      try end.drop()
    }
    try checkPlaintext()
  }

  /// Integrity: the network can cut a message short, and nothing else.
  private func checkPlaintext() throws {
    try require(client.greeting.starts(with: server.plaintext), "the server reads what the client wrote")
    try require(server.greeting.starts(with: client.plaintext), "the client reads what the server wrote")
  }
}

/// One end: a channel with a TLS handler, and a handler behind that greets and listens.
private final class TLSEnd {
  let greeting: [UInt8]
  /// What will arrive here next.
  var onTheWay: [UInt8] = []
  private let connection: EmbeddedConnection
  private let tls: TLSHandler
  private let ear = Ear()
  private var taken = 0

  init(_ tls: TLSHandler, on loop: EmbeddedEventLoop, greeting: [UInt8]) throws {
    self.tls = tls
    self.greeting = greeting
    connection = try EmbeddedConnection(loop: loop)
    try connection.channel.pipeline.syncOperations.addHandlers(tls, ear)
    try connection.open()
    connection.channel.writeAndFlush(ByteBuffer(bytes: greeting), promise: nil)
    loop.run()
    try connection.collect()
  }

  var plaintext: [UInt8] { ear.heard }
  var isActive: Bool { connection.channel.isActive }
  var isEstablished: Bool { tls.session != nil }

  func takeWritten() -> ArraySlice<UInt8> {
    let new = connection.written[taken...]
    taken = connection.written.count
    return new
  }

  func receive(_ piece: ArraySlice<UInt8>) throws {
    guard connection.channel.isActive else { return }
    try connection.receive(piece)
  }

  func drop() throws {
    try connection.drop()
    _ = try? connection.channel.finish(acceptAlreadyClosed: true)
  }
}

private final class Ear: ChannelInboundHandler {
  typealias InboundIn = ByteBuffer

  private(set) var heard: [UInt8] = []

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    heard += Array(buffer: unwrapInboundIn(data))
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    context.close(promise: nil)
  }
}
