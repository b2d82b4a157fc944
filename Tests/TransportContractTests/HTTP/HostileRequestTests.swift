import NIOCore
import NIOPosix
import RXON
import RXONHTTP
import TestSupport
import Testing

@Suite("HTTP listener: hostile requests", .serialized, .timeLimit(.minutes(2)))
struct HostileRequestTests {
  /// What is sent, and the status that answers it. No such request may reach the handler.
  static let refusals: [(String, Int)] = [
    (request("GET /"), 404),
    (request("GET /_worker"), 404),
    (request("GET /_worker/events/"), 404),
    (request("GET /_worker/events"), 405),
    (request("HEAD /_worker/tasks/result"), 405),
    (request("OPTIONS /_worker/workers/register"), 405),
    (request("PUT /_worker/workers/w1"), 405),
    (request("PATCH /_worker/workers/a%2Fb"), 400),
    (request("PATCH /_worker/workers/a%00b"), 400),
    (request("PATCH /_worker/workers/%zz"), 400),
    (request("PATCH /_worker/workers/"), 400),
    (request("PATCH /_worker/workers/\(String(repeating: "a", count: 129))"), 400),
    (request("GET /_worker/workers/w1/tasks/next?timeout=soon"), 400),
    (request("GET /_worker/workers/w1/tasks/next?timeout=-1"), 400),
    (request("GET /_worker/workers/w1/tasks/next?timeout=nan"), 400),
    (request("GET /_worker/workers/w1/tasks/next?available_skills=a,../b"), 400),
    (request("POST /_worker/tasks/result", ["X-Worker-ID: ../w1"], body: "{}"), 400),
    (request("POST /_worker/tasks/result"), 400),
    (request("POST /_worker/tasks/result", body: "not json"), 400),
    (request("POST /_worker/tasks/result", body: #"{"job_id":1,"task_id":"t"}"#), 400),
    (request("POST /_worker/tasks/result", body: String(repeating: "[", count: 10_000)), 400),
    (request("POST /_worker/tasks/result", ["Content-Encoding: gzip"], body: "{}"), 415),
    (request("POST /_worker/tasks/result", ["Expect: a-miracle"], body: "{}"), 417),
    (request("GET /_worker/ws/w1"), 426),
    (request("GET /_worker/ws/w1", ["Connection: upgrade", "Upgrade: websocket"]), 400),
    (request("POST /_worker/events", ["Transfer-Encoding: chunked", "Content-Length: 5"]) + "0\r\n\r\n", 400),
    (request("POST /_worker/events", ["Content-Length: 5", "Transfer-Encoding: chunked"]) + "0\r\n\r\n", 400),
    (request("POST /_worker/events", ["Content-Length: 5", "Content-Length: 6"]) + "abcdef", 400),
    (request("POST /_worker/events", ["Transfer-Encoding: chunked, identity"]) + "0\r\n\r\n", 400),
    (request("POST /_worker/events", ["Content-Length: -5"]), 400),
    (request("POST /_worker/events", ["Content-Length: 99999999999999999999"]), 400),
    (request("POST /_worker/events", ["Content-Length: 8388609"]), 413),
    (request("POST /_worker/events", ["Transfer-Encoding: chunked"]) + "zz\r\n", 400),
    (request("GET /a", [" folded"]), 400),
    (request("GET /a", ["No colon"]), 400),
    (request("GET /a", ["Bad\u{0}Name: x"]), 400),
    ("GET /a b c HTTP/1.1\r\n\r\n", 400),
    ("GET /\u{0} HTTP/1.1\r\n\r\n", 400),
    ("BREW /_worker/events HTTP/1.1\r\n\r\n", 400),
    ("GET / HTTP/2.0\r\n\r\n", 400),
    ("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 400),
    ("\u{16}\u{3}\u{1}\u{2}\u{0}\u{1}\u{0}\u{1}\u{fc}\u{3}\u{3}", 400),
    ("GET /" + String(repeating: "a", count: 1 << 20) + " HTTP/1.1\r\n\r\n", 431),
    (request("GET /a", ["X: " + String(repeating: "a", count: 1 << 20)]), 431),
    (request("GET /a", (0..<200).map { "X-\($0): a" }), 431),
    (request("GET /a", (0..<90).map { "X-\($0): " + String(repeating: "a", count: 1000) }), 431),
  ]

  @Test("is answered with its 4xx and a JSON error, and nothing reaches the handler", arguments: refusals)
  func refused(text: String, status: Int) async throws {
    let parent = StubParent()
    try await withListener(parent) { port in
      let client = try await RawClient.connect(port: port)
      try? await client.send(text)
      try await eventually { client.statuses == [status] }
      if !text.hasPrefix("HEAD") {
        try await eventually { client.text.hasSuffix("\"}") }
        #expect(client.text.contains(#"{"error":""#))
      }
      #expect(client.text.contains("X-RXON-Version: 1.0b17"))
      #expect(parent.calls.isEmpty)

      let other = try await RawClient.connect(port: port)
      try await other.send(request("PATCH /_worker/workers/w1"))
      try await eventually { other.statuses == [200] }
      await other.close()
      await client.close()
    }
  }

  @Test("a broken request behind good ones is refused after their answers, and ends the connection")
  func brokenBehindGood() async throws {
    let parent = StubParent { _ in }
    try await withListener(parent) { port in
      let client = try await RawClient.connect(port: port)
      let good = request("PATCH /_worker/workers/w1")
      try await client.send(good + "garbage\r\n\r\n" + good)
      try await eventually { parent.calls.count == 1 }
      #expect(client.text.isEmpty)
      try #require(parent.calls.first).answer(.heartbeat(HeartbeatReply()))
      try await eventually { client.statuses == [200, 400] && client.isClosed }
      #expect(client.text.contains("Connection: close\r\n"))
      #expect(parent.calls.count == 1)
    }
  }

  @Test("a body over the limit is refused as soon as that is known, chunked or not, while the client still sends")
  func tooLarge() async throws {
    var limits = HTTPListenerLimits()
    limits.bodySize = 1000
    let parent = StubParent()
    try await withListener(parent, limits: limits) { port in
      let chunked = try await RawClient.connect(port: port)
      try await chunked.send(request("POST /_worker/events", ["Transfer-Encoding: chunked"]))
      for _ in 0..<3 {
        try? await chunked.send("1f4\r\n" + String(repeating: "a", count: 500) + "\r\n")
      }
      try await eventually { chunked.statuses == [413] && chunked.isClosed }

      let declared = try await RawClient.connect(port: port)
      try? await declared.send(request("POST /_worker/events", body: String(repeating: "a", count: 4 << 20)))
      try await eventually { declared.statuses == [413] && declared.isClosed }
      #expect(parent.calls.isEmpty)
    }
  }

  @Test("a header and a body that never end are given up")
  func neverEnding() async throws {
    var limits = HTTPListenerLimits()
    limits.headerTimeout = .milliseconds(200)
    limits.bodyTimeout = .milliseconds(200)
    limits.minimumBodyRate = 1 << 20
    let parent = StubParent()
    try await withListener(parent, limits: limits) { port in
      let header = try await RawClient.connect(port: port)
      try await header.send("GET /_worker/workers/w1/tasks/next HTTP/1.1\r\nX-Slow: ")
      let body = try await RawClient.connect(port: port)
      try await body.send(request("POST /_worker/events", ["Transfer-Encoding: chunked"]))
      try await eventually {
        try? await header.send("a")
        try? await body.send("1\r\na\r\n")
        return header.statuses == [408] && body.statuses == [408] && header.isClosed && body.isClosed
      }
      #expect(parent.calls.isEmpty)
    }
  }

  @Test("an idle connection is closed, a parked poll is not")
  func idle() async throws {
    var limits = HTTPListenerLimits()
    limits.idleTimeout = .seconds(1)
    let parent = StubParent { _ in }
    try await withListener(parent, limits: limits) { port in
      let parked = try await RawClient.connect(port: port)
      try await parked.send(request("GET /_worker/workers/w1/tasks/next?timeout=30"))
      let idle = try await RawClient.connect(port: port)
      try await eventually { parent.calls.count == 1 && idle.isClosed }
      try #require(parent.calls.first).answer(.noTask)
      try await eventually { parked.statuses == [204] }
      try await eventually { parked.isClosed }
    }
  }

  @Test("a client that goes away is noticed at once, even with requests still waiting behind its poll")
  func abandonment() async throws {
    let parent = StubParent { _ in }
    try await withListener(parent) { port in
      let client = try await RawClient.connect(port: port)
      let poll = request("GET /_worker/workers/w1/tasks/next?timeout=30")
      try await client.send(String(repeating: poll, count: 20))
      try await eventually { parent.calls.count == 1 }
      await client.close()
      try await eventually(within: .seconds(2)) { parent.seen.abandonedPolls == 1 }
      #expect(parent.calls.count == 1)
    }
  }

  @Test("what comes behind a request for another protocol is not kept without end")
  func bytesBehindUpgrade() async throws {
    let parent = StubParent { _ in }
    try await withListener(parent) { port in
      let client = try await RawClient.connect(port: port)
      try await client.send(
        request("GET /_worker/workers/w1/tasks/next?timeout=30", ["Connection: upgrade", "Upgrade: other"]))
      try await eventually { parent.calls.count == 1 }
      try? await client.send(String(repeating: "a", count: 4 << 20))
      try await eventually { client.isClosed && parent.seen.abandonedPolls == 1 }
    }
  }

  @Test("an answer that is not read holds its connection no longer for what comes behind its request")
  func bytesBehindLastRequest() async throws {
    var limits = HTTPListenerLimits()
    limits.headerTimeout = .milliseconds(100)
    limits.idleTimeout = .seconds(1)
    let large = RawJSON.object([
      "job_id": .string("j"), "task_id": .string("t"), "type": .string("a"),
      "params": .object(["large": .string(String(repeating: "x", count: 32 << 20))]),
    ])
    let parent = StubParent { $0.answer(.task(large)) }
    try await withListener(parent, limits: limits) { port in
      let client = try await RawClient.connect(port: port, reads: false)
      try await client.send(request("GET /_worker/workers/w1/tasks/next?timeout=30", ["Connection: close"]))
      try await eventually { parent.calls.count == 1 }
      try await eventually("it is closed") {
        do {
          try await client.send("G")
          return false
        } catch {
          return true
        }
      }
    }
  }

  @Test("2,000 idle connections leave the listener answering; above the limit there is a 503")
  func manyConnections() async throws {
    var limits = HTTPListenerLimits()
    limits.connections = 2001
    try await withListener(limits: limits) { port in
      var idle: [RawClient] = []
      for _ in 0..<2000 {
        idle.append(try await RawClient.connect(port: port))
      }
      let served = try await RawClient.connect(port: port)
      try await served.send(request("PATCH /_worker/workers/w1"))
      try await eventually { served.statuses == [200] }
      let refused = try await RawClient.connect(port: port)
      try await eventually { refused.statuses == [503] && refused.isClosed }
      #expect(refused.text.contains("Retry-After: 1\r\n"))
      for client in idle { await client.close() }
      await served.close()
    }
  }
}
