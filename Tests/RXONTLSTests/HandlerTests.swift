import Glibc
import NIOCore
import NIOEmbedded
import Testing

@testable import RXONTLS

@Suite("The TLS handler in its pipeline")
struct HandlerTests {
  /// A pair after its handshake, with nothing on its way.
  private func connected() throws -> EmbeddedPair {
    let pair = try EmbeddedPair(try .usual(), try .usual())
    try pair.settle()
    #expect(pair.clientHandler.session?.version == .v13)
    return pair
  }

  /// The lengths of the records that a channel has sent.
  private func records(_ channel: EmbeddedChannel) throws -> [Int] {
    var bytes = ByteBuffer()
    while var buffer = try channel.readOutbound(as: ByteBuffer.self) { bytes.writeBuffer(&buffer) }
    var lengths: [Int] = []
    while bytes.readBytes(length: 3) != nil, let length = bytes.readInteger(as: UInt16.self) {
      bytes.moveReaderIndex(forwardBy: Int(length))
      lengths.append(Int(length))
    }
    return lengths
  }

  /// Those of 100,000 bytes: full ones as long as more than 32 KiB wait, then of 4 KiB.
  private let recordsOfMuch =
    Array(repeating: 16384 + 17, count: 5) + Array(repeating: 4096 + 17, count: 4) + [1696 + 17]

  @Test("small writes of one flush share records, which are full where much is written")
  func coalescing() throws {
    let pair = try connected()
    for _ in 0..<1000 { pair.client.write(ByteBuffer(repeating: 1, count: 100), promise: nil) }
    #expect(try records(pair.client).isEmpty)
    pair.client.flush()
    #expect(try records(pair.client) == recordsOfMuch)
    pair.finish()
  }

  @Test("a large write is cut into full records, and its end into prompt ones")
  func cutting() throws {
    let pair = try connected()
    pair.client.writeAndFlush(ByteBuffer(repeating: 1, count: 100_000), promise: nil)
    #expect(try records(pair.client) == recordsOfMuch)
    pair.finish()
  }

  @Test("a few kilobytes do not wait for each other: they are cut into records of 4 KiB")
  func promptness() throws {
    let pair = try connected()
    for _ in 0..<5 { pair.client.write(ByteBuffer(repeating: 1, count: 2000), promise: nil) }
    pair.client.flush()
    #expect(try records(pair.client) == [4096 + 17, 4096 + 17, 1808 + 17])
    pair.finish()
  }

  @Test("nothing of OpenSSL's is left when the channel is gone")
  func release() throws {
    weak var client: TLSConnection?
    weak var server: TLSConnection?
    weak var context: SSLContext?
    try {
      let pair = try connected()
      client = pair.clientHandler.connection
      server = pair.serverHandler.connection
      context = server?.context
      #expect(client != nil)
      pair.finish()
    }()
    #expect(client == nil)
    #expect(server == nil)
    #expect(context == nil)
  }

  @Test("what was written before a failed handshake fails with its error")
  func failedPromises() throws {
    let client = EmbeddedChannel(handler: TLSHandler(client: try .usual(), host: "localhost", port: 1))
    try client.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 1)).wait()
    let written = client.writeAndFlush(ByteBuffer(string: "never sent"))
    #expect(throws: TLSError.self) { try client.writeInbound(ByteBuffer(string: "HTTP/1.1 400 Bad Request\r\n")) }
    let error = #expect(throws: TLSError.self) { try written.wait() }
    #expect(error?.kind == .notTLS)
    #expect(!client.isActive)
    _ = try? client.finish(acceptAlreadyClosed: true)
  }

  @Test("a failed handshake tells the peer before it closes")
  func alert() throws {
    let server = EmbeddedChannel(handler: TLSHandler(server: try .usual()))
    try server.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 1)).wait()
    // A hello with nothing in it.
    #expect(throws: TLSError.self) { try server.writeInbound(ByteBuffer(bytes: [22, 3, 1, 0, 4, 1, 0, 0, 0])) }
    let alert = try #require(try server.readOutbound(as: ByteBuffer.self))
    #expect(Array(buffer: alert) == [21, 3, 3, 0, 2, 2, 50])
    #expect(!server.isActive)
    _ = try? server.finish(acceptAlreadyClosed: true)
  }

  @Test("begins at once when it is added to a channel that is active already")
  func lateAddition() throws {
    let channel = EmbeddedChannel()
    try channel.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 1)).wait()
    try channel.pipeline.syncOperations.addHandler(TLSHandler(client: try .usual(), host: "localhost", port: 1))
    let hello = try #require(try channel.readOutbound(as: ByteBuffer.self))
    #expect(hello.getBytes(at: 0, length: 2) == [22, 3])
    _ = try? channel.finish(acceptAlreadyClosed: true)
  }

  @Test("a file cannot be sent through it, and is refused")
  func file() throws {
    let pair = try connected()
    let handle = NIOFileHandle(_deprecatedTakingOwnershipOfDescriptor: dup(0))
    defer { try? handle.close() }
    let written = pair.client.writeAndFlush(
      IOData.fileRegion(FileRegion(fileHandle: handle, readerIndex: 0, endIndex: 1)))
    #expect(throws: ChannelError.operationUnsupported) { try written.wait() }
    pair.finish()
  }

  @Test("the handshake's time limit closes the channel")
  func timeLimit() throws {
    let server = EmbeddedChannel(handler: TLSHandler(server: try .usual()))
    try server.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 1)).wait()
    server.embeddedEventLoop.advanceTime(by: .seconds(9))
    #expect(server.isActive)
    server.embeddedEventLoop.advanceTime(by: .seconds(1))
    #expect(!server.isActive)
    let error = #expect(throws: TLSError.self) { try server.throwIfErrorCaught() }
    #expect(error?.kind == .timedOut)
  }

  @Test("only the first goodbye counts, what follows it is dropped")
  func afterGoodbye() throws {
    let pair = try connected()
    pair.client.writeAndFlush(ByteBuffer(string: "last"), promise: nil)
    pair.client.close(promise: nil)
    var late: [UInt8] = []
    try pair.settle { direction, piece in
      if direction == .toServer, late.isEmpty { late = piece }
    }
    _ = try? pair.server.writeInbound(ByteBuffer(bytes: late))
    #expect(pair.serverReceived == Array("last".utf8))
    #expect(pair.serverErrors.isEmpty)
    #expect(!pair.server.isActive)
    pair.finish()
  }
}
