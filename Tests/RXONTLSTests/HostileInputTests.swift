import COpenSSL
import NIOCore
import NIOEmbedded
import Testing

@testable import RXONTLS

@Suite("Hostile bytes on a TLS connection", .timeLimit(.minutes(5)))
struct HostileInputTests {
  private let credentials = Credentials.shared

  /// Contexts that agree on this version.
  private func contexts(_ version: TLSVersion) throws -> (TLSServerContext, TLSClientContext) {
    let server = try TLSServerContext(.asking(.required))
    _ = SSL_CTX_ctrl(server.context.pointer, SSL_CTRL_SET_MAX_PROTO_VERSION, version.rawValue, nil)
    return (server, try TLSClientContext(.showing(credentials.identity("client"))))
  }

  @Test("bytes that come one by one make a handshake and data all the same", arguments: [TLSVersion.v12, .v13])
  func dribble(version: TLSVersion) throws {
    let (server, client) = try contexts(version)
    let pair = try EmbeddedPair(server, client)
    pair.client.writeAndFlush(ByteBuffer(string: "from the client"), promise: nil)
    pair.server.writeAndFlush(ByteBuffer(string: "from the server"), promise: nil)
    try pair.settle { direction, piece in
      let target = direction == .toServer ? pair.server : pair.client
      for byte in piece { _ = try? target.writeInbound(ByteBuffer(bytes: [byte])) }
      piece = []
    }
    #expect(pair.serverHandler.session?.version == version)
    #expect(pair.serverReceived == Array("from the client".utf8))
    #expect(pair.clientReceived == Array("from the server".utf8))
    #expect(pair.clientErrors.isEmpty)
    #expect(pair.serverErrors.isEmpty)
    pair.finish()
  }

  @Test(
    "whatever is done to bytes on their way, nothing but a beginning of what was sent comes out",
    arguments: [TLSVersion.v12, .v13])
  func mutation(version: TLSVersion) throws {
    let (server, client) = try contexts(version)
    var random = SeededRandom(seed: 20_261_124 &+ UInt64(version.rawValue))
    let (fromClient, fromServer) = ([UInt8](repeating: 0x63, count: 40_000), [UInt8](repeating: 0x73, count: 20_000))
    var failures: [String: Int] = [:]
    for _ in 0..<400 {
      let pair = try EmbeddedPair(server, client)
      for data in [fromClient, fromServer] {
        let channel = data[0] == 0x63 ? pair.client : pair.server
        channel.writeAndFlush(ByteBuffer(bytes: data), promise: nil)
        channel.close(mode: .output, promise: nil)
      }
      var untouched = Int.random(in: 0..<8, using: &random)
      try pair.settle { _, piece in
        untouched -= 1
        if untouched < 0 { Self.damage(&piece, &random) }
      }
      pair.client.pipeline.fireChannelInactive()
      pair.server.pipeline.fireChannelInactive()
      pair.finish()
      #expect(fromClient.starts(with: pair.serverReceived))
      #expect(fromServer.starts(with: pair.clientReceived))
      for error in pair.serverErrors + pair.clientErrors {
        failures[(error as? TLSError)?.label ?? "\(error)", default: 0] += 1
      }
    }
    // The damage was done, and was noticed in more than one way.
    #expect(failures.values.reduce(0, +) > 300)
    #expect(failures.count >= 3, "\(failures)")
  }

  private static func damage(_ piece: inout [UInt8], _ random: inout SeededRandom) {
    guard !piece.isEmpty else { return }
    let place = Int.random(in: 0..<piece.count, using: &random)
    switch Int.random(in: 0..<7, using: &random) {
    case 0: piece[place] ^= 1 << UInt8.random(in: 0..<8, using: &random)
    case 1: piece[min(place, 4)] = UInt8.random(in: .min ... .max, using: &random)
    case 2: piece.removeSubrange(place...)
    case 3: piece.removeSubrange(..<place)
    case 4:
      piece.insert(contentsOf: (0..<place % 64).map { _ in UInt8.random(in: .min ... .max, using: &random) }, at: place)
    case 5: piece += piece
    default: piece.reverse()
    }
  }

  @Test("a peer that asks for new keys without end, and reads no answer, is given up; one that reads is not")
  func keyUpdates() throws {
    for reads in [true, false] {
      let (server, client) = try contexts(.v13)
      let pair = try EmbeddedPair(server, client)
      try pair.settle()
      pair.server.isWritable = reads
      let ssl = try #require(pair.clientHandler.connection).ssl
      for _ in 0..<50 where pair.server.isActive {
        #expect(SSL_key_update(ssl, SSL_KEY_UPDATE_REQUESTED) == 1)
        SSL_do_handshake(ssl)
        pair.client.writeAndFlush(ByteBuffer(bytes: [1]), promise: nil)
        try pair.settle()
      }
      let kinds = pair.serverErrors.map { ($0 as? TLSError)?.kind }
      #expect(kinds == (reads ? [] : [.protocolViolation]))
      #expect(pair.server.isActive == reads)
      pair.finish()
    }
  }

  @Test("noise in place of a hello ends in an error, at both sides")
  func noise() throws {
    let (server, client) = try contexts(.v13)
    var random = SeededRandom(seed: 7)
    for round in 0..<400 {
      let pair = try EmbeddedPair(server, client)
      var noise = (0..<Int.random(in: 1..<3000, using: &random)).map { _ in
        UInt8.random(in: .min ... .max, using: &random)
      }
      // Half of them pass for records, of all types.
      if round.isMultiple(of: 2) {
        noise.insert(contentsOf: [UInt8(20 + round % 5), 3, 3, 0, UInt8(round % 251)], at: 0)
      }
      for channel in [pair.server, pair.client] {
        _ = try? channel.writeInbound(ByteBuffer(bytes: noise))
        channel.pipeline.fireChannelInactive()
      }
      #expect(pair.serverErrors.count == 1)
      #expect(pair.clientErrors.count == 1)
      #expect(pair.serverReceived.isEmpty && pair.clientReceived.isEmpty)
      pair.finish()
    }
  }

  @Test("a handshake message without end, or larger than any, is not collected")
  func endlessMessage() throws {
    let (server, _) = try contexts(.v13)
    let handler = TLSHandler(server: server)
    let channel = EmbeddedChannel(handler: handler)
    try channel.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 1)).wait()
    // A hello that announces 16 MiB, in records of 16 KiB.
    let start: [UInt8] = [22, 3, 1, 0x40, 0, 1, 0xff, 0xff, 0xff]
    var sent = 0
    #expect(throws: TLSError.self) {
      try channel.writeInbound(ByteBuffer(bytes: start + [UInt8](repeating: 0, count: 0x4000 - 4)))
      while sent < 1 << 20 {
        try channel.writeInbound(ByteBuffer(bytes: [22, 3, 1, 0x40, 0] + [UInt8](repeating: 0, count: 0x4000)))
        sent += 0x4000
      }
    }
    #expect(sent < 1 << 18)
    _ = try? channel.finish(acceptAlreadyClosed: true)
  }

  @Test(
    "empty records and idle alerts without end are not put up with",
    arguments: [[23, 3, 3, 0, 0], [21, 3, 3, 0, 2, 1, 90]])
  func flood(record: [UInt8]) throws {
    let (server, _) = try contexts(.v13)
    let channel = EmbeddedChannel(handler: TLSHandler(server: server))
    try channel.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 1)).wait()
    #expect(throws: TLSError.self) {
      for _ in 0..<1000 { try channel.writeInbound(ByteBuffer(bytes: record)) }
    }
    _ = try? channel.finish(acceptAlreadyClosed: true)
  }

  @Test("a record that is larger than any ends the connection")
  func oversizedRecord() throws {
    let (server, client) = try contexts(.v13)
    let pair = try EmbeddedPair(server, client)
    try pair.settle()
    _ = try? pair.server.writeInbound(ByteBuffer(bytes: [23, 3, 3, 0xff, 0xff]))
    #expect((pair.serverErrors.first as? TLSError)?.kind == .protocolViolation)
    #expect(!pair.server.isActive)
    pair.finish()
  }
}

/// SplitMix64, so that a failing round can be had again.
struct SeededRandom: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) {
    state = seed
  }

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
    return mixed ^ (mixed >> 31)
  }
}
