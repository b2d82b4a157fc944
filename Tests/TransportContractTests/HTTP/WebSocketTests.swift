import NIOCore
import RXON
import RXONHTTP
import TestSupport
import Testing

@Suite("HTTP listener: the WebSocket", .serialized, .timeLimit(.minutes(2)))
struct WebSocketTests {
  private static let upgrade = request(
    "GET /_worker/ws/w1",
    [
      "Connection: keep-alive, Upgrade", "Upgrade: WebSocket", "Sec-WebSocket-Version: 13",
      "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==", "Sec-WebSocket-Extensions: permessage-deflate",
      "X-Worker-Token: secret",
    ])

  /// A frame as a client sends it, masked with zeros.
  private static func frame(_ opcode: UInt8, _ text: String, isFinal: Bool = true, isMasked: Bool = true) -> [UInt8] {
    let payload = Array(text.utf8)
    let mask: UInt8 = isMasked ? 0x80 : 0
    let long = [126, UInt8(payload.count >> 8), UInt8(payload.count & 255)]
    var length = payload.count < 126 ? [UInt8(payload.count)] : long
    length[0] |= mask
    return [(isFinal ? 0x80 : 0) | opcode] + length + (isMasked ? [0, 0, 0, 0] : []) + payload
  }

  private static func event(_ id: String) -> String {
    #"{"event_id":"\#(id)","worker_id":"w1","origin_worker_id":"w1","event_type":"x","payload":{}}"#
  }

  private func withSocket(
    _ parent: StubParent, limits: HTTPListenerLimits = HTTPListenerLimits(), first: [UInt8] = [],
    _ body: (RawClient) async throws -> Void
  ) async throws {
    try await withListener(parent, limits: limits) { port in
      let client = try await RawClient.connect(port: port)
      try await client.send(Array(Self.upgrade.utf8) + first)
      try await eventually { parent.seen.openChannels.count == 1 }
      try await body(client)
      await client.close()
      try await eventually { parent.seen.closedChannels == 1 && parent.seen.openChannels.isEmpty }
    }
  }

  @Test("the handshake is answered as RFC 6455 computes it, without extensions")
  func handshake() async throws {
    try await withSocket(StubParent()) { client in
      try await eventually { client.text.contains("\r\n\r\n") }
      #expect(client.statuses == [101])
      #expect(client.text.contains("s3pPLMBiTxaQ9kYGzzhZRbK+xOo="))
      #expect(!client.text.lowercased().contains("extensions"))
    }
  }

  @Test("frames that came with the handshake, in pieces, or between control frames are all read")
  func frames() async throws {
    let parent = StubParent()
    try await withSocket(parent, first: Self.frame(1, Self.event("e1"))) { client in
      let text = Self.event("e2")
      try await client.send(Self.frame(1, String(text.prefix(20)), isFinal: false))
      try await client.send(Self.frame(9, "ping"))
      for byte in Self.frame(0, String(text.dropFirst(20))) {
        try await client.send([byte])
      }
      try await eventually { parent.seen.events.map(\.eventID) == ["e1", "e2"] }
      try await eventually { client.text.hasSuffix("\u{4}ping") }
    }
  }

  @Test("an event that cannot be read is left out, and the channel lives on")
  func malformedEvent() async throws {
    let parent = StubParent()
    try await withSocket(parent) { client in
      try await client.send(Self.frame(1, "not json") + Self.frame(1, "{}") + Self.frame(1, Self.event("e1")))
      try await eventually { parent.seen.events.map(\.eventID) == ["e1"] }
    }
  }

  @Test(
    "what RFC 6455 forbids ends the channel",
    arguments: [
      frame(1, "not masked", isMasked: false), frame(0, "continues nothing"), frame(3, "reserved"),
      frame(9, "fragmented ping", isFinal: false), [0xc1, 0x80, 0, 0, 0, 0], frame(2, "binary"),
    ])
  func violations(frame: [UInt8]) async throws {
    try await withSocket(StubParent()) { client in
      try? await client.send(frame)
      try await eventually { client.isClosed }
    }
  }

  @Test("a message over the limit ends the channel, in one frame or in many")
  func tooLarge() async throws {
    var limits = HTTPListenerLimits()
    limits.webSocketMessageSize = 1000
    let half = String(repeating: "a", count: 600)
    for frames in [Self.frame(1, half + half), Self.frame(1, half, isFinal: false) + Self.frame(0, half)] {
      try await withSocket(StubParent(), limits: limits) { client in
        try? await client.send(frames)
        try await eventually { client.isClosed }
      }
    }
  }

  @Test("nothing follows a good-bye, also when the peer is slow to read it")
  func goodbyeIsLast() async throws {
    let parent = StubParent()
    try await withListener(parent) { port in
      let client = try await RawClient.connect(port: port, reads: false)
      try await client.send(Self.upgrade)
      try await eventually { parent.seen.openChannels.count == 1 }
      let channel = try #require(parent.seen.openChannels.first)
      // More than the system takes for a peer that does not read.
      let large = WorkerCommand(command: String(repeating: "a", count: 1 << 20))
      for _ in 0..<24 { channel.send(large) }
      channel.close()
      channel.send(WorkerCommand(command: "too late"))
      channel.close()
      try await client.read()
      try await eventually { client.isClosed }
      #expect(client.received.count > 24 << 20)
      #expect(client.received.suffix(4) == [0x88, 2, 0x03, 0xe8])
      #expect(!client.received.suffix(100).contains(0x81))
    }
  }

  @Test("a peer that does not answer pings is given up")
  func missingPong() async throws {
    var limits = HTTPListenerLimits()
    limits.pingInterval = .milliseconds(300)
    limits.pongTimeout = .milliseconds(300)
    let parent = StubParent()
    try await withSocket(parent, limits: limits) { client in
      try await eventually { client.isClosed }
      #expect(client.statuses == [101])
    }
  }

  @Test("a transport answers pings and stays connected")
  func answeredPings() async throws {
    var limits = HTTPListenerLimits()
    limits.pingInterval = .milliseconds(250)
    limits.pongTimeout = .seconds(5)
    var options = HTTPTransportOptions()
    options.pingInterval = .milliseconds(250)
    let parent = StubParent()
    try await withListener(parent, limits: limits) { port in
      let transport = try HTTPTransport(
        url: "http://127.0.0.1:\(port)", workerID: "w1", token: "secret", options: options)
      let commands = try await transport.listenForCommands()
      try await eventually { parent.seen.openChannels.count == 1 }
      // Longer than ping and pong may take together.
      try await Task.sleep(for: .seconds(2))
      parent.seen.openChannels.first?.send(WorkerCommand(command: "still here"))
      let taken = try await within { try await take(1, from: commands) }
      #expect(taken.map(\.command) == ["still here"])
      await transport.close()
    }
  }

  @Test("a client without an id in the path is named by its header")
  func headerID() async throws {
    let parent = StubParent()
    try await withListener(parent) { port in
      let client = try await RawClient.connect(port: port)
      let text = Self.upgrade.components("/ws/w1").joined(separator: "/ws")
      try await client.send(text.components("X-Worker-Token").joined(separator: "X-Worker-ID: old\r\nX-Worker-Token"))
      try await eventually { parent.seen.openChannels.first?.workerID == "old" }
      await client.close()
    }
  }
}
