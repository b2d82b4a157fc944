import NIOCore
import NIOPosix
import RXON
import RXONHTTP
import RXONSignatures
import Synchronization
import Testing

@Suite("HTTP transport: odd parents", .serialized, .timeLimit(.minutes(2)))
struct HTTPTransportTests {
  private static let accepted = #"{"status":"accepted"}"#

  private static func answer(_ status: String, _ headers: [String] = [], body: String = "") -> String {
    let lines = ["HTTP/1.1 \(status)", "Content-Length: \(body.utf8.count)"] + headers
    return lines.joined(separator: "\r\n") + "\r\n\r\n" + body
  }

  /// Sends a result to a parent that follows the script, and returns what came of it.
  private func outcome(
    options: HTTPTransportOptions = HTTPTransportOptions(), _ script: @escaping RawServer.Script
  ) async throws -> Result<ResultReply, TransportError> {
    let server = try await RawServer.start(script)
    let transport = try HTTPTransport(
      url: "http://127.0.0.1:\(server.port)", workerID: "w1", token: "secret", options: options)
    let outcome: Result<ResultReply, TransportError>
    do throws(TransportError) {
      outcome = .success(try await transport.sendResult(TaskResult(jobID: "j1", taskID: "t1")))
    } catch {
      outcome = .failure(error)
    }
    await transport.close()
    await server.stop()
    return outcome
  }

  private func kind(_ outcome: Result<ResultReply, TransportError>) -> TransportError.Kind? {
    if case .failure(let error) = outcome { error.kind } else { nil }
  }

  @Test(
    "answers in every legal form are understood",
    arguments: [
      answer("200 OK", body: accepted),
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{\"sta\r\n10\r\ntus\":\"accepted\"}\r\n0\r\n\r\n",
      "HTTP/1.1 100 Continue\r\n\r\n" + answer("200 OK", body: accepted),
      answer("200 OK", ["Connection: close"], body: accepted),
      "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" + answer("200 OK", body: accepted),
    ])
  func legalAnswers(text: String) async throws {
    let outcome = try await outcome { peer in
      if peer.received.hasSuffix("}") { peer.send(text) }
    }
    #expect(try outcome.get() == .accepted)
  }

  @Test("an answer that ends with its connection is understood")
  func closeDelimited() async throws {
    let outcome = try await outcome { peer in
      if peer.received.hasSuffix("}") { peer.sendAndClose("HTTP/1.0 200 OK\r\n\r\n" + Self.accepted) }
    }
    #expect(try outcome.get() == .accepted)
  }

  @Test(
    "what is no RXON answer is a violation of the protocol",
    arguments: [
      "SSH-2.0-OpenSSH_9\r\n",
      answer("200 OK", body: "<html>"),
      answer("200 OK", body: "[]"),
      answer("200 OK", ["Content-Encoding: gzip"], body: "{}"),
      answer("302 Found", ["Location: http://elsewhere/"]),
      "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n",
      "HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n",
    ])
  func violations(text: String) async throws {
    let outcome = try await outcome { peer in
      if peer.received.hasSuffix("}") { peer.send(text) }
    }
    #expect(kind(outcome) == .protocolViolation)
  }

  @Test(
    "a connection lost after the request was sent: interrupted, and nothing is sent twice",
    arguments: ["", "HTTP/1.1 200 OK\r\nContent-Length: 21\r\n\r\n{\"status", "HTTP/1.1 2"])
  func interrupted(text: String) async throws {
    let server = try await RawServer.start { peer in
      if peer.received.hasSuffix("}") { peer.sendAndClose(text) }
    }
    let transport = try HTTPTransport(url: "http://127.0.0.1:\(server.port)", workerID: "w1", token: "secret")
    let error = await #expect(throws: TransportError.self) {
      try await transport.sendResult(TaskResult(jobID: "j1", taskID: "t1"))
    }
    #expect(error?.kind == .interrupted)
    #expect(server.connections == 1)
    await transport.close()
    await server.stop()
  }

  @Test("a kept connection that the parent has closed is replaced for a call that may be repeated, and only for that")
  func staleConnection() async throws {
    let server = try await RawServer.start { peer in
      // Each connection serves one call, and is closed when a second one comes.
      let requests = peer.received.components("HTTP/1.1\r\n").count - 1
      if requests > 1 { peer.close() } else { peer.send(Self.answer("200 OK", body: #"{"status":"ok"}"#)) }
    }
    let transport = try HTTPTransport(url: "http://127.0.0.1:\(server.port)", workerID: "w1", token: "secret")
    _ = try await transport.sendHeartbeat(nil)
    _ = try await transport.sendHeartbeat(nil)
    #expect(server.connections == 2)
    let error = await #expect(throws: TransportError.self) {
      try await transport.pollTask(wait: .seconds(1), availableSkills: nil, hotSkills: nil)
    }
    #expect(error?.kind == .interrupted)
    #expect(server.connections == 2)
    await transport.close()
    await server.stop()
  }

  @Test("connections are kept and used again")
  func keepAlive() async throws {
    let server = try await RawServer.start { peer in peer.send(Self.answer("200 OK", body: #"{"status":"ok"}"#)) }
    let transport = try HTTPTransport(url: "http://127.0.0.1:\(server.port)", workerID: "w1", token: "secret")
    for _ in 0..<20 {
      _ = try await transport.sendHeartbeat(nil)
    }
    #expect(server.connections == 1)
    await transport.close()
    await server.stop()
  }

  @Test("no answer in time: timed out")
  func timeout() async throws {
    var options = HTTPTransportOptions()
    options.callTimeout = .milliseconds(300)
    #expect(kind(try await outcome(options: options) { _ in }) == .timedOut)
  }

  @Test("a heartbeat without an answer times out by a limit of its own")
  func presenceTimeout() async throws {
    let server = try await RawServer.start { _ in }
    var options = HTTPTransportOptions()
    options.presenceTimeout = .milliseconds(300)
    let transport = try HTTPTransport(
      url: "http://127.0.0.1:\(server.port)", workerID: "w1", token: "secret", options: options)
    let error = await #expect(throws: TransportError.self) { _ = try await transport.sendHeartbeat(nil) }
    #expect(error?.kind == .timedOut)
    await transport.close()
    await server.stop()
  }

  @Test("an early refusal is understood while the body is still being sent")
  func earlyRefusal() async throws {
    let server = try await RawServer.start { peer in
      guard peer.received.utf8.count < 100_000 else { return }
      peer.send(Self.answer("413 Payload Too Large", body: #"{"error":"big"}"#))
    }
    let transport = try HTTPTransport(url: "http://127.0.0.1:\(server.port)", workerID: "w1", token: "secret")
    let data = RawJSON.object(["large": .string(String(repeating: "a", count: 4 << 20))])
    let error = await #expect(throws: TransportError.self) {
      try await transport.sendResult(TaskResult(jobID: "j1", taskID: "t1", data: data))
    }
    #expect(error?.kind == .payloadTooLarge)
    #expect(error?.message == "big")
    await transport.close()
    await server.stop()
  }

  @Test("Retry-After may be a date, by the parent's own clock")
  func retryAfterDate() async throws {
    let outcome = try await outcome { peer in
      if peer.received.hasSuffix("}") {
        peer.send(
          Self.answer(
            "429 Too Many Requests",
            ["Date: Sun, 06 Nov 1994 08:49:37 GMT", "Retry-After: Sun, 06 Nov 1994 08:50:07 GMT"]))
      }
    }
    guard case .failure(let error) = outcome else { throw UnexpectedCall() }
    #expect(error.kind == .rateLimited)
    #expect(error.retryAfter == .seconds(30))
  }

  @Test("the parent's clock is read from its answers, in each of the three forms of a date")
  func parentClock() async throws {
    for date in ["Sun, 06 Nov 1994 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994"] {
      let server = try await RawServer.start { peer in peer.send(Self.answer("200 OK", ["Date: \(date)"], body: "{}")) }
      let transport = try HTTPTransport(url: "http://127.0.0.1:\(server.port)", workerID: "w1", token: "secret")
      _ = try await transport.sendHeartbeat(nil)
      #expect((784_111_777...784_111_787).contains(transport.parentTime()))
      await transport.close()
      await server.stop()
    }
  }

  @Test("an unknown name is unreachable, and says so")
  func unknownName() async throws {
    let transport = try HTTPTransport(url: "http://no-such-host.invalid:1", workerID: "w1", token: "secret")
    let error = await #expect(throws: TransportError.self) { try await transport.sendHeartbeat(nil) }
    #expect(error?.kind == .unreachable)
    await transport.close()
  }

  @Test("URLs, ids and tokens that cannot be used are refused at once")
  func unusable() throws {
    for (url, worker, token) in [
      ("ftp://a", "w1", "t"), ("a:80", "w1", "t"), ("http://a", "w/1", "t"),
      ("http://a", "w1", "t\r\nX: y"),
    ] {
      let error = #expect(throws: TransportError.self) { try HTTPTransport(url: url, workerID: worker, token: token) }
      #expect(error?.kind == .unsendable)
    }
  }

  @Test("the registered schemes make transports", arguments: ["http", "https", "ws", "wss"])
  func schemes(_ scheme: String) throws {
    registerTransportSchemes()
    let transport = try makeTransport(url: "\(scheme)://parent:8080", workerID: "w1", token: "t")
    #expect(scheme.hasPrefix("ws") ? transport is WebSocketTransport : transport is HTTPTransport)
  }

  @Test(
    "with an access token, what is sent is signed with that for a Holon, with the configured token for another parent",
    arguments: [("X-Holon: 1", "access"), ("X-Other: 1", "secret")])
  func signingSecret(header: String, secret: String) async throws {
    let heartbeat = Mutex("")
    let server = try await RawServer.start { peer in
      guard peer.received.hasSuffix("}") else { return }
      if peer.received.hasPrefix("PATCH") { heartbeat.withLock { $0 = peer.received } }
      let reply = #"{"status":"registered","access_token":"access","expires_in":60,"worker_id":"w1"}"#
      peer.sendAndClose(Self.answer("200 OK", [header, "Connection: close"], body: reply))
    }
    let transport = try HTTPTransport(url: "http://127.0.0.1:\(server.port)", workerID: "w1", token: "secret")
    _ = try await transport.register(WorkerRegistration(workerID: "w1"))
    _ = try await transport.sendHeartbeat(Heartbeat(workerID: "w1", status: "idle"))
    await transport.close()
    await server.stop()
    let text = heartbeat.withLock { $0 }
    #expect(text.contains("X-Worker-Token: access\r\n"))
    let body = try RawJSON(validating: Array(try #require(text.split(separator: "\r\n\r\n").last).utf8))
    let signature = try #require(body["security"]?["signature"]?.stringValue)
    try PayloadSignature.verify(signature, of: body, with: HMACSecret(secret))
  }

  @Test("two equal heartbeats sent at once are told apart by their time")
  func equalHeartbeats() async throws {
    let parent = StubParent()
    try await withWire(HTTPWire(), parent) { open in
      for _ in 0..<3 {
        _ = try await open.transport.sendHeartbeat(Heartbeat(workerID: "w1", status: "idle"))
      }
      let signatures = parent.calls.compactMap { call -> String? in
        guard case .heartbeat(_, let heartbeat?) = call.action else { return nil }
        return heartbeat.security?.signature
      }
      #expect(Set(signatures).count == 3)
    }
  }
}
