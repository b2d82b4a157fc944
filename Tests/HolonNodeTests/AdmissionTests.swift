import RXON
import RXONSignatures
import TestSupport
import Testing

@testable import HolonNode

@Suite("Whom the node believes")
struct AdmissionTests {
  /// Nothing of what was refused may be in the journal, or go up.
  private func expectNothingStored(_ tree: Tree) async throws {
    let journal = try await tree.report().journal
    #expect(journal.results == 0)
    #expect(journal.events == 0)
    #expect(tree.parent.heard.results.isEmpty)
    #expect(tree.parent.heard.events.isEmpty)
  }

  @Test("a wrong token is refused, a missing one too")
  func wrongToken() async throws {
    try await withTree { tree in
      let failure = try #require(
        await tree.stranger(token: "wrong").failure { try await $0.register(WorkerRegistration(workerID: "w1")) })
      #expect(failure.status == 403)
      let poll = ListenerAction.poll(TaskPoll(workerID: "w1", wait: .zero))
      #expect(try await tree.refusal(of: poll, body: nil, by: Tree.credentials("w1", token: ""))?.status == 403)
      #expect(try await tree.report().children.isEmpty)
      #expect(try await tree.counter("calls_refused", "403") == 2)
    }
  }

  @Test("a child with a token of its own is not admitted by the global one")
  func ownToken() async throws {
    try await withTree(settings: ["HOLON_CHILDREN_TOKENS_w1": "own"]) { tree in
      #expect(await tree.failureToRegister("w1", token: Tree.childToken)?.status == 403)
      #expect(await tree.failureToRegister("w1", token: "own") == nil)
      #expect(await tree.failureToRegister("w2", token: Tree.childToken) == nil)
    }
  }

  @Test("where no token is configured, whoever can connect is admitted, whatever token it presents")
  func openToAnyone() async throws {
    try await withTree(settings: ["children.token": ""]) { tree in
      let child = try tree.stranger("w1", token: "some-token")
      try await child.register()
      tree.parent.hand(task("t1"))
      #expect(try await child.poll()?.payload.taskID == "t1")
      #expect(try await child.answer("t1") == .accepted)
    }
  }

  @Test("a message that is not signed as it should be is refused, and nothing is stored")
  func wrongSignature() async throws {
    try await withTree { tree in
      let child = try await tree.child(holding: "t1")
      let result = TaskResult(jobID: "job", taskID: "t1", workerID: "w1", timestamp: NodeClock.unixSeconds())
      let good = try result.signed(with: Tree.childToken, by: "w1")
      let bodies = [
        (try result.signed(with: "wrong", by: "w1"), "the signature is wrong"),
        (good.setting("data", to: .object(["forged": .bool(true)])), "the signature is wrong"),
        (try result.signed(with: Tree.childToken, by: "w2"), "the signer is not the caller"),
        (good.setting("security", to: nil), "the message is not signed"),
      ]
      for (body, reason) in bodies {
        let failure = try await tree.refusal(ofResult: body, by: Tree.credentials("w1"))
        #expect(failure == CallFailure(status: 403, "Forbidden: \(reason)", code: .security))
      }
      try await expectNothingStored(tree)
      #expect(try await child.answer("t1") == .accepted)
    }
  }

  @Test("a result in another's name is refused")
  func anothersName() async throws {
    try await withTree { tree in
      _ = try await tree.child("w1", holding: "t1")
      _ = try await tree.child("w2")
      let result = TaskResult(jobID: "job", taskID: "t1", workerID: "w1", timestamp: NodeClock.unixSeconds())
      let body = try result.signed(with: Tree.childToken, by: "w2")
      let failure = try await tree.refusal(ofResult: body, by: Tree.credentials("w2"))
      #expect(failure?.status == 403)
      try await expectNothingStored(tree)
    }
  }

  @Test("a timestamp more than a minute off is refused, and nothing is stored", arguments: [-70, 70])
  func staleTimestamp(offset: Int) async throws {
    try await withTree { tree in
      let child = try await tree.child(holding: "t1")
      let failure = await child.failure { _ in
        try await child.answer("t1", timestamp: NodeClock.unixSeconds() + offset)
      }
      #expect(failure?.status == 403)
      try await expectNothingStored(tree)
    }
  }

  @Test("a replayed event is refused, and goes up once")
  func replayedEvent() async throws {
    try await withTree { tree in
      let child = try await tree.child()
      let event = WorkerEventPayload(
        eventID: "e1", workerID: "w1", originWorkerID: "w1", eventType: "note", payload: .emptyObject)
      try await child.transport.emitEvent(event)
      let failure = await child.failure { try await $0.emitEvent(event) }
      #expect(failure?.kind == .duplicate)
      _ = try await found("the event") { tree.parent.heard.events.first }
      try await steadily("it is up once") { tree.parent.heard.events.count == 1 }
    }
  }

  @Test("an event that was badly signed does not burn its id")
  func badlySignedEvent() async throws {
    try await withTree { tree in
      let child = try await tree.child()
      let event = WorkerEventPayload(
        eventID: "e1", workerID: "w1", originWorkerID: "w1", eventType: "note", payload: .emptyObject,
        timestamp: NodeClock.unixSeconds())
      let forged = try event.signed(with: "wrong", by: "w1")
      let action = ListenerAction.event(try WorkerEventPayload(json: forged))
      let failure = try await tree.refusal(of: action, body: forged, by: Tree.credentials("w1"))
      #expect(failure?.message == "Forbidden: the signature is wrong")
      try await child.transport.emitEvent(event)
    }
  }

  @Test("identifiers with slashes or other odd characters are refused", arguments: ["a/b", "a\u{0}b", "", "a b"])
  func oddIdentifiers(taskID: String) async throws {
    try await withTree { tree in
      _ = try await tree.child()
      let result = TaskResult(jobID: "job", taskID: taskID, workerID: "w1", timestamp: NodeClock.unixSeconds())
      let body = try result.signed(with: Tree.childToken, by: "w1")
      let failure = try await tree.refusal(ofResult: body, by: Tree.credentials("w1"))
      #expect(failure?.status == 400)
    }
  }

  @Test("a registration that would close a loop is refused with 409, which names the loop")
  func loop() async throws {
    try await withTree { tree in
      let below = try tree.stranger("below")
      let failure = try #require(
        await below.failure { _ in try await below.register(path: ["below", Tree.nodeID]) })
      #expect(failure.status == 409)
      #expect(failure.message.contains("loop"))
      #expect(failure.message.contains(Tree.nodeID))
      #expect(try await tree.report().children.isEmpty)
    }
  }

  @Test("a child may open its command channel with its token only")
  func commandChannel() async throws {
    try await withTree { tree in
      let failure = try await tree.stranger(token: "wrong").failure { try await $0.listenForCommands() }
      #expect(failure?.status == 403)
    }
  }

  // MARK: Access tokens

  @Test("a child works on with an access token, and renews it")
  func accessToken() async throws {
    try await withTree { tree in
      let child = try await tree.child(holding: "t1")
      let token = try await child.transport.refreshToken()
      #expect(token.workerID == "w1")
      #expect(try await child.answer("t1") == .accepted)
      let next = try await child.transport.refreshToken()
      #expect(next.refreshToken != nil)
      try await child.beat()
    }
  }

  @Test(
    "a child may sign with its configured token, or with the access token that it presents", arguments: [true, false])
  func signedBesideAccessToken(signsWithIt: Bool) async throws {
    try await withTree { tree in
      let token = try await tree.child(holding: "t1").transport.refreshToken().accessToken
      let result = TaskResult(jobID: "job", taskID: "t1", workerID: "w1", timestamp: NodeClock.unixSeconds())
      let body = try result.signed(with: signsWithIt ? token : Tree.childToken, by: "w1")
      #expect(try await tree.refusal(ofResult: body, by: Tree.credentials("w1", token: token)) == nil)
      _ = try await found("the result") { tree.parent.results(of: "t1").first }
    }
  }

  @Test("an expired access token is answered 401, so that its worker refreshes it; another's 403")
  func expiredToken() async throws {
    let settings = ["children.access_token_life": "3s", "children.refresh_token_life": "60s"]
    try await withTree(settings: settings) { tree in
      let child = try await tree.child()
      let token = try await child.transport.refreshToken()
      #expect(token.expiresIn == 3)
      let poll = ListenerAction.poll(TaskPoll(workerID: "w1", wait: .zero))
      let others = ListenerAction.poll(TaskPoll(workerID: "w2", wait: .zero))
      let stolen = Tree.credentials("w2", token: token.accessToken)
      #expect(try await tree.refusal(of: others, body: nil, by: stolen)?.status == 403)
      try await eventually("the token has expired") {
        let own = Tree.credentials("w1", token: token.accessToken)
        return try await tree.refusal(of: poll, body: nil, by: own)?.status == 401
      }
      #expect(await child.failure { _ in try await child.poll(for: .zero) }?.kind == .unauthorized)
      try await eventually("with a refreshed token it polls on") {
        guard try await child.transport.refreshToken().refreshToken != nil else { return false }
        return await child.failure { _ in try await child.poll(for: .zero) } == nil
      }
    }
  }
}

extension Tree {
  fileprivate func failureToRegister(_ id: String, token: String) async -> TransportError? {
    guard let child = try? stranger(id, token: token) else { return nil }
    return await child.failure { _ in try await child.register() }
  }
}
