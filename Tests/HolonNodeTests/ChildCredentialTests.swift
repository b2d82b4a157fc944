import HolonRouting
import RXON
import RXONSignatures
import TestSupport
import Testing

@testable import HolonNode

@Suite("Tokens that a node issues, certificates, and their end", .timeLimit(.minutes(1)))
struct ChildCredentialTests {
  // MARK: Issued tokens

  @Test("a child works with the token that was issued to it, over a restart too, and the global one serves no more")
  func issuedToken() async throws {
    try await withTree { tree in
      let token = try #require(try await tree.change(.issueToken, of: "w1"))
      let child = try tree.stranger("w1", token: token)
      try await child.register()
      tree.parent.hand(task("t1"))
      #expect(try await child.poll()?.payload.taskID == "t1")
      #expect(try await child.answer("t1") == .accepted)
      #expect(await tree.registering("w1", token: Tree.childToken)?.status == 403)
      try await tree.killNode()
      #expect(await tree.registering("w1", token: token) == nil)
      #expect(await tree.registering("w1", token: Tree.childToken)?.status == 403)
    }
  }

  @Test("a child signs with the access token that it got for an issued token, which the node does not have")
  func accessTokenForIssuedToken() async throws {
    try await withTree { tree in
      let token = try #require(try await tree.change(.issueToken, of: "w1"))
      let child = try tree.stranger("w1", token: token)
      try await child.register()
      try await child.transport.refreshToken()
      try await child.beat()
      try await child.register()
    }
  }

  @Test("an access token is good over a restart")
  func accessTokenOverRestart() async throws {
    try await withTree { tree in
      let child = try await tree.child()
      let token = try await child.transport.refreshToken().accessToken
      try await tree.killNode()
      let poll = ListenerAction.poll(TaskPoll(workerID: "w1", wait: .zero))
      let refusal = try await tree.refusal(of: poll, body: nil, by: Tree.credentials("w1", token: token))
      #expect(refusal?.status == 404)
    }
  }

  @Test("where nobody needed a token, the first that is issued ends that")
  func firstToken() async throws {
    try await withTree(settings: ["children.token": ""]) { tree in
      #expect(await tree.registering("w2", token: "any") == nil)
      let token = try #require(try await tree.change(.issueToken, of: "w1"))
      #expect(await tree.registering("w2", token: "any")?.status == 403)
      #expect(await tree.registering("w1", token: token) == nil)
    }
  }

  @Test("a new token closes the command channel that the earlier one opened")
  func newTokenClosesChannel() async throws {
    try await withTree { tree in
      let child = try await tree.child()
      let commands = try await child.transport.listenForCommands()
      _ = try await tree.change(.issueToken, of: "w1")
      await #expect(throws: TransportError.self) { for try await _ in commands {} }
    }
  }

  // MARK: Revocation

  @Test("a revoked child is out: its poll and its command channel end, and another gets its task")
  func revoked() async throws {
    try await withTree { tree in
      let child = try await tree.child("w1", holding: "t1")
      let commands = try await child.transport.listenForCommands()
      let polling = Task { try await child.poll() }
      try await eventually("the poll waits") { try await tree.report().children.first?.parkedPolls == 1 }
      _ = try await tree.change(.revoke, of: "w1")
      #expect(try await polling.value == nil)
      await #expect(throws: TransportError.self) { for try await _ in commands {} }
      #expect(await child.failure { _ in try await child.poll() }?.status == 403)
      #expect(await child.failure { _ in try await child.answer("t1") }?.status == 403)
      let other = try await tree.child("w2")
      #expect(try await other.poll()?.payload.taskID == "t1")
      #expect(try await tree.counter("children_lost", "revoked") == 1)
    }
  }

  @Test("a revocation holds over a restart, and what the child held is offered to others at once")
  func revokedOverRestart() async throws {
    try await withTree { tree in
      _ = try await tree.child("w1", holding: "t1")
      _ = try await tree.change(.revoke, of: "w1")
      try await tree.killNode()
      #expect(await tree.registering("w1", token: Tree.childToken)?.status == 403)
      let other = try await tree.child("w2")
      #expect(try await other.poll()?.payload.taskID == "t1")
      _ = try await tree.change(.restore, of: "w1")
      #expect(await tree.registering("w1", token: Tree.childToken) == nil)
    }
  }

  @Test("refresh tokens of a revoked child are void, also once it is restored")
  func revokedTokens() async throws {
    try await withTree { tree in
      let tokens = try await tree.child().transport.refreshToken()
      _ = try await tree.change(.revoke, of: "w1")
      _ = try await tree.change(.restore, of: "w1")
      let refresh = ListenerAction.refreshToken(refreshToken: try #require(tokens.refreshToken))
      #expect(try await tree.refusal(of: refresh, body: nil, by: Tree.credentials("w1"))?.status == 403)
      let poll = ListenerAction.poll(TaskPoll(workerID: "w1", wait: .zero))
      let old = Tree.credentials("w1", token: tokens.accessToken)
      #expect(try await tree.refusal(of: poll, body: nil, by: old)?.status == 403)
    }
  }

  @Test("a token that the configuration does not have any more closes the command channel that it opened")
  func reloadClosesChannel() async throws {
    try await withTree { tree in
      let child = try await tree.child()
      let commands = try await child.transport.listenForCommands()
      try await tree.node.reload(tree.configuration(["children.token": "another"]))
      await #expect(throws: TransportError.self) { for try await _ in commands {} }
    }
  }

  // MARK: Certificates

  @Test("a child by certificate whose token nobody knows must not be asked for signatures, and is told so")
  func certificateWithoutToken() async throws {
    let settings = ["children.token": "", "HOLON_CHILDREN_TOKENS_other": "x"]
    try await withTree(settings: settings) { tree in
      let credentials = Credentials(
        token: "unknown", workerID: "w1",
        certificate: ClientCertificate(commonName: "w1", fingerprint: "00", expires: NodeClock.unixSeconds() + 60),
        remoteAddress: "127.0.0.1")
      let registration = WorkerRegistration(workerID: "w1", timestamp: NodeClock.unixSeconds())
      let body = try registration.signed(with: "unknown", by: "w1")
      let action = ListenerAction.register(try WorkerRegistration(json: body))
      let refusal = try await tree.refusal(of: action, body: body, by: credentials)
      #expect(refusal?.status == 403)
      #expect(refusal?.message.contains("knows neither a token nor a key of worker w1") == true)
      try await tree.node.reload(tree.configuration(["children.signatures": "if-present"]))
      #expect(try await tree.refusal(of: action, body: body, by: credentials) == nil)
      _ = try await tree.change(.revoke, of: "w1")
      #expect(try await tree.refusal(of: action, body: body, by: credentials)?.status == 403)
    }
  }

  @Test("a certificate admits to the command channel of its own child only")
  func certificateForChannel() async throws {
    try await withTree { tree in
      let certificate = ClientCertificate(
        commonName: "w1", fingerprint: "00", expires: NodeClock.unixSeconds() + 60)
      let own = try await tree.refusal(ofChannel: "w1", certificate)
      let others = try await tree.refusal(ofChannel: "w2", certificate)
      #expect(own == nil)
      #expect(others?.status == 403)
    }
  }
}

extension Tree {
  /// Asks the node for a change, as a person does. Returns the token where one was made.
  func change(_ change: ChildAccessChange, of child: String) async throws -> String? {
    let node = try node
    return try await withCheckedContinuation { continuation in
      node.onLoop { node in
        node.change(change, of: child) { continuation.resume(returning: $0) }
      }
    }.get()
  }

  /// Why a child with this certificate, and no token, may not open its command channel.
  fileprivate func refusal(ofChannel id: String, _ certificate: ClientCertificate) async throws -> CallFailure? {
    let node = try node
    let credentials = Credentials(token: nil, workerID: id, certificate: certificate, remoteAddress: "127.0.0.1")
    return await withCheckedContinuation { continuation in
      node.admitCommandChannel(credentials) { continuation.resume(returning: $0) }
    }
  }

  /// The failure with which a child's registration is met.
  fileprivate func registering(_ id: String, token: String) async -> TransportError? {
    guard let child = try? stranger(id, token: token) else { return nil }
    return await child.failure { _ in try await child.register() }
  }
}
