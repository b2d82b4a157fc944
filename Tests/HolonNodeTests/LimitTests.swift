import RXON
import TestSupport
import Testing

@testable import HolonNode

@Suite("How often the node is asked")
struct LimitTests {
  private static func credentials(
    _ workerID: String = "w1", token: String = Tree.childToken, from address: String = "192.0.2.1"
  ) -> Credentials {
    Credentials(token: token, workerID: workerID, remoteAddress: address)
  }

  private func poll(
    _ tree: Tree, _ credentials: Credentials = Self.credentials()
  ) async throws -> CallFailure? {
    let poll = ListenerAction.poll(TaskPoll(workerID: credentials.workerID ?? "", wait: .zero))
    return try await tree.refusal(of: poll, body: nil, by: credentials)
  }

  @Test("a child that calls more often than it may is told when to come again, and its neighbour is not")
  func rate() async throws {
    try await withTree(settings: ["limits.rates.polls": "3"]) { tree in
      _ = try await tree.child("w1")
      _ = try await tree.child("w2")
      for _ in 0..<3 { #expect(try await poll(tree) == nil) }
      let refusal = try #require(try await poll(tree))
      #expect(refusal.status == 429)
      #expect(refusal.code == .limitExceeded)
      #expect(try #require(refusal.retryAfter) > .seconds(15))
      #expect(try #require(refusal.retryAfter) < .seconds(21))
      #expect(try await poll(tree, Self.credentials("w2")) == nil)
      #expect(try await tree.counter("calls_limited", "polls") == 1)
      #expect(try await tree.counter("calls_refused", "429") == 1)
    }
  }

  @Test("over HTTP the refusal is 429 with Retry-After")
  func wire() async throws {
    try await withTree(settings: ["limits.rates.heartbeats": "1"]) { tree in
      let child = try await tree.child()
      try await child.beat()
      let failure = try #require(await child.failure { _ in try await child.beat() })
      #expect(failure.kind == .rateLimited)
      #expect(failure.status == 429)
      #expect(try #require(failure.retryAfter) > .seconds(30))
    }
  }

  @Test("events over the command channel count like those by POST, and those beyond are left out")
  func eventsOverTheChannel() async throws {
    try await withTree(settings: ["limits.rates.events": "2"]) { tree in
      let child = try await tree.child()
      let commands = try await child.transport.listenForCommands()
      for number in 1...4 {
        let event = WorkerEventPayload(
          eventID: "e\(number)", workerID: "w1", originWorkerID: "w1", eventType: "note", payload: .emptyObject)
        #expect(await child.transport.emitEventUnanswered(event))
      }
      try await eventually("two are left out") { try await tree.counter("calls_limited", "events") == 2 }
      try await eventually("two are taken") { try await tree.counter("events_taken") == 2 }
      withExtendedLifetime(commands) {}
    }
  }

  @Test("the bodies of a child may add up to so much in a minute")
  func bytes() async throws {
    // Its registration alone is more than it makes up for while the test runs, on however slow a machine.
    try await withTree(settings: ["limits.bytes_per_minute": "1B"]) { tree in
      let child = try await tree.child(holding: "t1")
      let large = RawJSON.object(["text": .string(String(repeating: "x", count: 4000))])
      let failure = try #require(await child.failure { _ in try await child.answer("t1", data: large) })
      #expect(failure.kind == .rateLimited)
      #expect(try await tree.counter("calls_limited", "bytes") == 1)
    }
  }

  // MARK: Wrong credentials

  @Test("who presents wrong credentials too often waits, even with right ones; its neighbours and its namesakes do not")
  func failures() async throws {
    try await withTree(settings: ["limits.failures.allowed": "3", "limits.failures.delay": "1m"]) { tree in
      _ = try await tree.child("w1")
      _ = try await tree.child("w2")
      for _ in 0..<4 { #expect(try await poll(tree, Self.credentials(token: "wrong"))?.status == 403) }
      let wait = try #require(try await poll(tree, Self.credentials()))
      #expect(wait.status == 429)
      #expect(wait.code == .limitExceeded)
      #expect(try #require(wait.retryAfter) > .seconds(50))
      #expect(try await poll(tree, Self.credentials("w2")) == nil)
      #expect(try await poll(tree, Self.credentials(from: "192.0.2.2")) == nil)
      #expect(try await tree.counter("calls_limited", "failures") == 1)
    }
  }

  @Test("a guesser with all the addresses of one IPv6 network counts as one")
  func network() async throws {
    try await withTree(settings: ["limits.failures.allowed": "3", "limits.failures.delay": "1m"]) { tree in
      _ = try await tree.child("w1")
      for number in 1...4 {
        let guess = Self.credentials(token: "wrong", from: "2001:db8:0:1::\(number)")
        #expect(try await poll(tree, guess)?.status == 403)
      }
      #expect(try await poll(tree, Self.credentials(from: "2001:db8:0:1:ffff::1"))?.status == 429)
      #expect(try await poll(tree, Self.credentials(from: "2001:db8:0:2::1")) == nil)
    }
  }

  @Test("an address from which all kinds of names fail is held back, but not a child that is known there")
  func address() async throws {
    try await withTree(settings: ["limits.failures.per_address": "5"]) { tree in
      _ = try await tree.child("w1")
      _ = try await tree.child("w2")
      let heartbeat = ListenerAction.heartbeat(workerID: "w1", nil)
      #expect(try await tree.refusal(of: heartbeat, body: nil, by: Self.credentials()) == nil)
      for number in 0..<5 {
        #expect(try await poll(tree, Self.credentials("guess-\(number)", token: "wrong"))?.status == 403)
      }
      #expect(try await poll(tree, Self.credentials("w2"))?.status == 429)
      #expect(try await poll(tree, Self.credentials("w1")) == nil)
      #expect(try await tree.counter("calls_limited", "failures_of_address") == 1)
    }
  }

  @Test("the command channel waits like the calls, and a wrong refresh token counts like a wrong token")
  func otherDoors() async throws {
    try await withTree(settings: ["limits.failures.allowed": "3", "limits.failures.delay": "1m"]) { tree in
      let child = try await tree.child("w1")
      for _ in 0..<4 {
        let refresh = ListenerAction.refreshToken(refreshToken: "wrong")
        let credentials = Credentials(token: nil, workerID: "w1", remoteAddress: "127.0.0.1")
        #expect(try await tree.refusal(of: refresh, body: nil, by: credentials)?.status == 403)
      }
      #expect(await child.failure { try await $0.listenForCommands() }?.status == 429)
      #expect(await child.failure { try await $0.refreshToken() }?.status == 429)
    }
  }

  @Test("a new configuration forgives: it may be the node's token that was wrong")
  func reload() async throws {
    let settings = ["limits.failures.allowed": "1", "limits.failures.delay": "1m"]
    try await withTree(settings: settings) { tree in
      for _ in 0..<2 { #expect(try await poll(tree, Self.credentials(token: "new"))?.status == 403) }
      #expect(try await poll(tree, Self.credentials(token: "new"))?.status == 429)
      try await tree.node.reload(tree.configuration(["children.token": "new"]))
      #expect(try await poll(tree, Self.credentials(token: "new"))?.status == 404)
    }
  }

  // MARK: Connections

  @Test("a child may have so many connections at once; the one beyond is told, and closed; another child is served")
  func connections() async throws {
    try await withTree(settings: ["limits.connections_per_child": "2"]) { tree in
      let child = try await tree.child("w1")
      let polls = (0..<3).map { _ in Task { try await child.poll(for: .seconds(20)) } }
      try await eventually("one is refused") { try await tree.counter("requests_refused", "connections_of_client") > 0 }
      try await eventually("two wait") { try await tree.report().children[0].parkedPolls == 2 }
      let other = try await tree.child("w2")
      try await other.beat()
      #expect(await child.failure { _ in try await child.beat() }?.status == 429)
      for poll in polls { poll.cancel() }
      try await eventually("they are gone") { try await tree.report().children[0].parkedPolls == 0 }
      try await eventually("the child is served again") { await child.failure { _ in try await child.beat() } == nil }
    }
  }
}
