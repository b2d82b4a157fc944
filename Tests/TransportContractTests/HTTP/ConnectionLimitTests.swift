import RXON
import RXONHTTP
import Synchronization
import TestSupport
import Testing

@Suite("HTTP listener: limits of connections and slow senders", .serialized, .timeLimit(.minutes(2)))
struct ConnectionLimitTests {
  /// What the listener turned away.
  private final class Refusals: Sendable {
    private let seen = Mutex<[HTTPRefusal]>([])
    var all: [HTTPRefusal] { seen.withLock { $0 } }
    func note(_ refusal: HTTPRefusal) { seen.withLock { $0.append(refusal) } }
  }

  private func withLimits(
    _ limits: HTTPListenerLimits, _ parent: StubParent = StubParent(), _ body: (Int, Refusals) async throws -> Void
  ) async throws {
    let refusals = Refusals()
    try await withListener(parent, limits: limits, refused: { refusals.note($0) }) { try await body($0, refusals) }
  }

  private let heartbeat = request("PATCH /_worker/workers/w1")

  @Test("connections beyond those that an address may have are answered 429, and when one closes another may come")
  func perAddress() async throws {
    var limits = HTTPListenerLimits()
    limits.connectionsPerAddress = 2
    try await withLimits(limits) { port, refusals in
      let first = try await RawClient.connect(port: port)
      let second = try await RawClient.connect(port: port)
      for client in [first, second] {
        try await client.send(heartbeat)
        try await eventually { client.statuses == [200] }
      }
      let third = try await RawClient.connect(port: port)
      try await eventually { third.statuses == [429] && third.isClosed }
      #expect(third.text.contains("Retry-After: 1\r\n"))
      #expect(refusals.all == [.connectionsOfAddress])
      await first.close()
      try await eventually {
        let next = try? await RawClient.connect(port: port)
        try? await next?.send(heartbeat)
        try await eventually { next?.statuses.isEmpty == false }
        await next?.close()
        return next?.statuses == [200]
      }
      await second.close()
    }
  }

  @Test("connections count for whom their last request proved to come from, as WebSockets too")
  func perClient() async throws {
    var limits = HTTPListenerLimits()
    limits.connectionsPerClient = 1
    let parent = StubParent { call in
      do throws(CallFailure) {
        try call.attributeConnection(to: call.credentials.workerID ?? "")
        StubParent.acceptEverything(call)
      } catch {
        call.answer(.failure(error))
      }
    }
    try await withLimits(limits, parent) { port, refusals in
      let first = try await RawClient.connect(port: port)
      try await first.send(heartbeat + heartbeat)
      try await eventually { first.statuses == [200, 200] }
      let second = try await RawClient.connect(port: port)
      try await second.send(heartbeat + heartbeat)
      try await eventually { second.statuses == [429] && second.isClosed }
      #expect(second.text.contains("LIMIT_EXCEEDED_ERROR"))
      #expect(refusals.all == [.connectionsOfClient])

      // Behind a proxy the first connection serves another child now.
      try await first.send(request("PATCH /_worker/workers/w2"))
      try await eventually { first.statuses.count == 3 }
      let socket = try await RawClient.connect(port: port)
      let upgrade = [
        "Connection: Upgrade", "Upgrade: websocket", "Sec-WebSocket-Version: 13",
        "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==",
      ]
      try await socket.send(request("GET /_worker/ws/w1", upgrade))
      try await eventually { socket.statuses == [101] }
      let third = try await RawClient.connect(port: port)
      try await third.send(heartbeat)
      try await eventually { third.statuses == [429] && third.isClosed }
      await socket.close()
      try await eventually {
        let next = try? await RawClient.connect(port: port)
        try? await next?.send(heartbeat)
        try await eventually { next?.statuses.isEmpty == false }
        await next?.close()
        return next?.statuses == [200]
      }
      await first.close()
    }
  }

  @Test("a body that began fast and then drips is given up; one that keeps up the least rate is taken")
  func slowBody() async throws {
    var limits = HTTPListenerLimits()
    limits.bodyTimeout = .seconds(4)
    limits.minimumBodyRate = 40
    try await withLimits(limits) { port, refusals in
      let dripping = try await RawClient.connect(port: port)
      try await dripping.send(request("POST /_worker/events", ["Content-Length: 200000"]))
      try await dripping.send(String(repeating: " ", count: 100_000))
      try await eventually {
        try? await dripping.send(" ")
        try? await Task.sleep(for: .milliseconds(50))
        return dripping.statuses == [408] && dripping.isClosed
      }
      #expect(refusals.all == [.slowBody])

      let steady = try await RawClient.connect(port: port)
      try await steady.send(request("PATCH /_worker/workers/w1", ["Content-Length: 4000"]))
      for _ in 0..<20 {
        try await steady.send(String(repeating: " ", count: 200))
        try await Task.sleep(for: .milliseconds(150))
      }
      try await eventually { steady.statuses == [400] }
      await steady.close()
    }
  }

  @Test("every way in which a request is turned away is told")
  func told() async throws {
    var limits = HTTPListenerLimits()
    limits.bodySize = 100
    limits.headerTimeout = .milliseconds(200)
    let ways: [(String, HTTPRefusal)] = [
      (request("POST /_worker/events", ["Content-Length: 101"]), .largeBody),
      (request("GET /a", ["X: " + String(repeating: "a", count: 1 << 20)]), .largeHeader),
      ("GET /a b c HTTP/1.1\r\n\r\n", .malformed),
      ("GET /a HTTP/1.1\r\nX: ", .slowHeader),
    ]
    for (text, refusal) in ways {
      try await withLimits(limits) { port, refusals in
        let client = try await RawClient.connect(port: port)
        try? await client.send(text)
        try await eventually { refusals.all == [refusal] && client.isClosed }
      }
    }
  }

  @Test(
    "an IPv6 address counts by its network, an IPv4 address for itself, also where it is mapped",
    arguments: [
      ("2001:db8:1:2::1", "2001:db8:1:2:ffff:ffff:ffff:ffff", true), ("2001:db8:1:2::1", "2001:db8:1:3::1", false),
      ("192.0.2.1", "192.0.2.2", false), ("::ffff:192.0.2.1", "192.0.2.1", true), ("", "", true), ("a:b", "a:c", false),
    ])
  func networks(one: String, other: String, areOne: Bool) {
    #expect((NetworkAddress.network(of: one) == NetworkAddress.network(of: other)) == areOne)
  }
}
