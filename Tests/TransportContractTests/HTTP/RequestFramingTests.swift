import NIOCore
import RXON
import RXONHTTP
import TestSupport
import Testing

@Suite("HTTP listener: requests in odd pieces", .serialized, .timeLimit(.minutes(2)))
struct RequestFramingTests {
  private static let event =
    #"{"event_id":"e1","worker_id":"w1","origin_worker_id":"w1","event_type":"x","payload":{}}"#

  @Test("a request split at each byte is one request")
  func splitAtEachByte() async throws {
    let parent = StubParent()
    try await withListener(parent) { port in
      let client = try await RawClient.connect(port: port)
      let whole = request("POST /_worker/events", ["X-Worker-Token: secret"], body: Self.event)
      for byte in whole.utf8 {
        try await client.send([byte])
      }
      try await eventually { client.text.contains("event_accepted") }
      #expect(client.statuses == [200])
      #expect(parent.calls.first?.credentials.token == "secret")
      await client.close()
    }
  }

  @Test("a request split in two, at every place, is one request")
  func splitInTwo() async throws {
    let parent = StubParent()
    try await withListener(parent) { port in
      let whole = Array(request("POST /_worker/events", body: Self.event).utf8)
      let client = try await RawClient.connect(port: port)
      for place in 1..<whole.count {
        try await client.send(Array(whole[..<place]))
        try await client.send(Array(whole[place...]))
        try await eventually { client.statuses.count == place }
      }
      #expect(client.statuses.allSatisfy { $0 == 200 })
      await client.close()
    }
  }

  @Test("pipelined requests are answered in their order, even when later answers are ready first")
  func pipelined() async throws {
    let parent = StubParent.withoutTasks
    try await withListener(parent) { port in
      let client = try await RawClient.connect(port: port)
      let poll = request("GET /_worker/workers/w1/tasks/next?timeout=30")
      try await client.send(poll + request("POST /_worker/events", body: Self.event) + poll + request("GET /nowhere"))
      try await eventually { parent.calls.count == 1 }
      try #require(parent.calls.first).answer(.noTask)
      try await eventually { parent.calls.count == 3 && client.statuses == [204, 200] }
      try #require(parent.calls.last).answer(.noTask)
      try await eventually { client.statuses.count == 4 }
      #expect(client.statuses == [204, 200, 204, 404])
      await client.close()
    }
  }

  @Test("5,000 pipelined requests are all answered, without being read all at once")
  func manyPipelined() async throws {
    let parent = StubParent()
    try await withListener(parent) { port in
      let client = try await RawClient.connect(port: port)
      let one = request("PATCH /_worker/workers/w1")
      try await client.send(String(repeating: one, count: 5000))
      try await eventually(within: .seconds(30)) { client.statuses.count == 5000 }
      #expect(parent.calls.count == 5000)
      await client.close()
    }
  }

  @Test("a chunked body is put together")
  func chunked() async throws {
    let parent = StubParent()
    try await withListener(parent) { port in
      let client = try await RawClient.connect(port: port)
      let (first, second) = (Self.event.prefix(10), Self.event.dropFirst(10))
      try await client.send(
        request("POST /_worker/events", ["Transfer-Encoding: chunked"])
          + "a\r\n\(first)\r\n" + "\(String(second.utf8.count, radix: 16))\r\n\(second)\r\n0\r\n\r\n")
      try await eventually { client.statuses == [200] }
      #expect(parent.calls.first?.body?.string == Self.event)
      await client.close()
    }
  }

  @Test("a client that expects it is told to continue before it sends the body")
  func expectContinue() async throws {
    try await withListener { port in
      let client = try await RawClient.connect(port: port)
      let whole = request("POST /_worker/events", ["Expect: 100-continue"], body: Self.event)
      let head = whole.dropLast(Self.event.count)
      try await client.send(String(head))
      try await eventually { client.statuses == [100] }
      try await client.send(Self.event)
      try await eventually { client.statuses == [100, 200] }
      await client.close()
    }
  }

  @Test("a body that would be refused is refused before the client is told to continue")
  func expectContinueTooLarge() async throws {
    try await withListener { port in
      let client = try await RawClient.connect(port: port)
      try await client.send(
        "POST /_worker/events HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 99999999\r\n\r\n")
      try await eventually { client.statuses == [413] }
      await client.close()
    }
  }

  @Test("HTTP/1.0 is answered, and the connection closed unless it asks to keep it")
  func oldVersion() async throws {
    try await withListener { port in
      let client = try await RawClient.connect(port: port)
      try await client.send("PATCH /_worker/workers/w1 HTTP/1.0\r\nConnection: keep-alive\r\n\r\n")
      try await eventually { client.statuses == [200] }
      #expect(client.text.contains("Connection: keep-alive\r\n"))
      try await client.send("PATCH /_worker/workers/w1 HTTP/1.0\r\n\r\n")
      try await eventually { client.statuses == [200, 200] && client.isClosed }
    }
  }

  @Test("the answers carry date, version and length, and a Holon is told that it talks to one")
  func headers() async throws {
    try await withListener { port in
      let client = try await RawClient.connect(port: port)
      try await client.send(request("PATCH /_worker/workers/w1", ["X-Holon: 1"]))
      try await eventually { client.text.hasSuffix("}") }
      for line in ["X-RXON-Version: 1.0b17", "X-Holon: 1", "Content-Type: application/json", "Content-Length: 15"] {
        #expect(client.text.contains("\r\n\(line)\r\n"))
      }
      #expect(client.text.contains(" GMT\r\n"))
      try await client.send(request("PATCH /_worker/workers/w1", ["Connection: close"]))
      try await eventually { client.isClosed }
      #expect(client.text.components("X-Holon").count == 2)
    }
  }
}

extension String {
  /// The parts between the occurrences of `separator`.
  func components(_ separator: String) -> [Substring] {
    split(separator: separator, omittingEmptySubsequences: false)
  }
}
