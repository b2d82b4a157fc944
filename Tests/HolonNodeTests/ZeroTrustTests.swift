import HolonRouting
import RXON
import RXONHTTP
import RXONSignatures
import TestSupport
import Testing

@testable import HolonNode

@Suite("Signatures with keys")
struct ZeroTrustTests {
  /// A child that signs with `key`.
  private func child(_ tree: Tree, _ id: String = "w1", key: TestKey) async throws -> TestChild {
    let child = try tree.stranger(id, signer: key.signer())
    try await child.register()
    return child
  }

  // MARK: Messages of children

  @Test("a child whose public key is known signs with its key, and no more with its token")
  func publicKey() async throws {
    try await TestKey.first.withFiles { _, publicKey in
      try await withTree(settings: ["HOLON_CHILDREN_PUBLIC_KEYS_w1": publicKey]) { tree in
        let thief = try tree.stranger("w1")
        let failure = try #require(await thief.failure { _ in try await thief.register() })
        #expect(failure.status == 403)
        #expect(failure.message.contains("the signature is wrong"))
        let child = try await child(tree, key: .first)
        tree.parent.hand(task("t1"))
        _ = try await found("the task") { try await child.poll() }
        #expect(await thief.failure { _ in try await thief.answer("t1") }?.status == 403)
        #expect(try await child.answer("t1") == .accepted)
        try await child.beat()
        _ = try await tree.child("w2")
        let other = try tree.stranger("w1", signer: TestKey.second.signer())
        #expect(await other.failure { _ in try await other.register() }?.status == 403)
      }
    }
  }

  @Test("a registration cannot be sent again with its signature in capitals")
  func malleable() async throws {
    try await TestKey.first.withFiles { _, publicKey in
      try await withTree(settings: ["HOLON_CHILDREN_PUBLIC_KEYS_w1": publicKey]) { tree in
        let registration = WorkerRegistration(workerID: "w1", timestamp: NodeClock.unixSeconds())
        let unsigned = registration.rawJSON()
        let signature = try PayloadSignature.sign(unsigned, with: TestKey.first.signer())
        for (text, status) in [(signature, nil), (signature, 403), (signature.uppercased(), 403)] as [(String, Int?)] {
          let body = unsigned.setting(
            "security", to: .object(["signature": .string(text), "signer_id": .string("w1")]))
          let action = ListenerAction.register(try WorkerRegistration(json: body))
          let refusal = try await tree.refusal(of: action, body: body, by: Tree.credentials("w1"))
          #expect(refusal?.status == status)
        }
      }
    }
  }

  @Test("unsigned messages pass where signatures are only checked if present, wrong ones do not; off looks at none")
  func modes() async throws {
    for (mode, wrongIsRefused) in [("if-present", true), ("off", false)] {
      try await withTree(settings: ["children.signatures": mode]) { tree in
        _ = try await tree.child(holding: "t1")
        let result = TaskResult(jobID: "job", taskID: "t1", workerID: "w1", timestamp: NodeClock.unixSeconds())
        let wrong = try result.signed(with: "wrong", by: "w1")
        #expect(
          try await tree.refusal(ofResult: wrong, by: Tree.credentials("w1"))?.status == (wrongIsRefused ? 403 : nil))
        #expect(try await tree.refusal(ofResult: result.rawJSON(), by: Tree.credentials("w1")) == nil)
      }
    }
  }

  // MARK: Replays

  @Test("an old heartbeat cannot be played again once a later one has come")
  func oldHeartbeat() async throws {
    try await withTree { tree in
      _ = try await tree.child("w1")
      func heartbeat(_ status: String, secondsAgo: Int) throws -> (ListenerAction, RawJSON) {
        let beat = Heartbeat(workerID: "w1", status: status, timestamp: NodeClock.unixSeconds() - secondsAgo)
        let body = try beat.signed(with: Tree.childToken, by: "w1")
        return (.heartbeat(workerID: "w1", try Heartbeat(json: body)), body)
      }
      let (old, later) = (try heartbeat("idle", secondsAgo: 5), try heartbeat("busy", secondsAgo: 2))
      for (beat, status) in [(old, nil), (old, nil), (later, nil), (later, nil), (old, 403)]
        as [((ListenerAction, RawJSON), Int?)]
      {
        let refusal = try await tree.refusal(of: beat.0, body: beat.1, by: Tree.credentials("w1"))
        #expect(refusal?.status == status)
      }
    }
  }

  @Test("the result of a task's first run cannot be played again into its second")
  func oldResult() async throws {
    try await withTree { tree in
      let child = try await tree.child(holding: "t1")
      let failed = TaskResult(
        jobID: "job", taskID: "t1", workerID: "w1", status: TaskStatus.failure, timestamp: NodeClock.unixSeconds())
      let body = try failed.signed(with: Tree.childToken, by: "w1")
      #expect(try await tree.refusal(ofResult: body, by: Tree.credentials("w1")) == nil)
      #expect(try await tree.refusal(ofResult: body, by: Tree.credentials("w1")) == nil)
      _ = try await found("the failure") { tree.parent.results(of: "t1").first }
      try await eventually("it is settled") {
        try await tree.report().counters.values[.init(name: "deliveries", label: "accepted")] == 1
      }

      tree.parent.hand(task("t1"))
      _ = try await found("the task again") { try await child.poll() }
      let replay = try await tree.refusal(ofResult: body, by: Tree.credentials("w1"))
      #expect(replay == CallFailure(status: 403, "Duplicate message detected (replay attack)", code: .security))
      #expect(try await child.answer("t1") == .accepted)
      try await eventually("the second result") { tree.parent.results(of: "t1").count == 2 }
    }
  }

  // MARK: Upwards

  @Test("a node signs what it tells its parent with its key where the uplink says so")
  func upwards() async throws {
    try await TestKey.second.withFiles { privateKey, _ in
      let settings = ["signing.key": privateKey, "uplinks[0].signatures": "ed25519"]
      try await withTree(settings: settings) { tree in
        let child = try await tree.child(holding: "t1")
        try await child.answer("t1")
        let result = try await found("the result") { tree.parent.results(of: "t1").first }
        let registration = try await found("a registration") { tree.parent.heard.registrations.first }
        let key = try TestKey.second.verifier()
        for (body, security) in [
          (result.body, result.message.security), (registration.body, registration.message.security),
        ] {
          #expect(security?.signerID == Tree.nodeID)
          try PayloadSignature.verify(security?.signature, of: #require(body), with: key)
        }
        #expect(result.credentials.token == Tree.uplinkToken)
      }
    }
  }

  // MARK: Chains

  @Test("what a Holon below passes on must carry its signature of the way, and goes up with this node's own")
  func chains() async throws {
    try await TestKey.first.withFiles { _, below in
      try await TestKey.second.withFiles { own, _ in
        let settings = ["HOLON_CHILDREN_PUBLIC_KEYS_below": below, "signing.key": own]
        try await withTree(settings: settings) { tree in
          let child = try await child(tree, "below", key: .first)
          let attester = ChainAttester(nodeID: "below", key: try TestKey.first.signer())
          let event = WorkerEventPayload(
            eventID: "e1", workerID: "below", originWorkerID: "deep", eventType: "note", payload: .emptyObject,
            bubblingChain: ["middle"])
          let missing = try #require(await child.failure { try await $0.emitEvent(event) })
          #expect(missing.status == 403)
          #expect(missing.message.contains("below stands in its chain and has not signed it"))

          var forged = try attester.attest(event)
          forged.eventID = "e2"
          forged.bubblingChain = ["elsewhere"]
          #expect(await child.failure { try await $0.emitEvent(forged) }?.message.contains("is wrong") == true)

          try await child.transport.emitEvent(try attester.attest(event))
          let heard = try await found("the event") { tree.parent.heard.events.first }.message
          #expect(heard.bubblingChain == ["middle", "below"])
          let keys = ["below": try TestKey.first.verifier(), Tree.nodeID: try TestKey.second.verifier()]
          try ChainVerification(keys: keys).check(RelayChain(heard, from: Tree.nodeID))

          tree.parent.hand(task("t1"))
          _ = try await found("the task") { try await child.poll() }
          let result = TaskResult(
            jobID: "job", taskID: "t1", originWorkerID: "deep", security: SecurityContext(identityChain: ["deep"]))
          #expect(await child.failure { try await $0.sendResult(result) }?.status == 403)
          #expect(try await child.transport.sendResult(attester.attest(result)) == .accepted)
          let answer = try await found("the result") { tree.parent.results(of: "t1").first }.message
          #expect(answer.security?.identityChain == ["deep", "below"])
          try ChainVerification(keys: keys).check(RelayChain(answer, from: Tree.nodeID))
        }
      }
    }
  }

  @Test("a node below with its key works under one that knows it: messages, chains and progress")
  func twoNodes() async throws {
    try await TestKey.first.withFiles { privateKey, publicKey in
      try await withTree(settings: ["HOLON_CHILDREN_PUBLIC_KEYS_lower": publicKey]) { tree in
        try await tree.withNode(below: "lower", ["signing.key": privateKey, "uplinks[0].signatures": "ed25519"]) {
          url, _ in
          let worker = try tree.stranger("w9", url: url)
          try await worker.register()
          tree.parent.hand(task("t1"))
          _ = try await found("the task at the worker") { try await worker.poll() }
          try await worker.transport.emitEvent(
            WorkerEventPayload(
              eventID: "e1", workerID: "w9", originWorkerID: "w9", eventType: "note", payload: .emptyObject))
          #expect(try await worker.answer("t1") == .accepted)
          let result = try await found("the result") { tree.parent.results(of: "t1").first }.message
          #expect(result.security?.identityChain == ["w9", "lower"])
          #expect(result.originWorkerID == "w9")
          let event = try await found("the event") { tree.parent.heard.events.first }.message
          #expect(event.bubblingChain == ["lower"])
          #expect(try await tree.report().counters.values.filter { $0.key.name == "calls_refused" }.isEmpty)
        }
      }
    }
  }

  // MARK: Tasks

  @Test("a task signed by the orchestrator's key is passed on, one signed by another is refused")
  func taskKey() async throws {
    try await TestKey.third.withFiles { _, publicKey in
      try await withTree(settings: ["tasks.public_key": publicKey]) { tree in
        let child = try await tree.child()
        let good = task("t1")
        let signed = good.setting("sig", to: .string(try TaskSignature.sign(good, with: TestKey.third.signer())))
        tree.parent.hand(signed)
        #expect(try await found("the task") { try await child.poll() }.json == signed)
        let forged = task("t2").setting(
          "sig", to: .string(try TaskSignature.sign(task("t2"), with: TestKey.first.signer())))
        tree.parent.hand(forged)
        try await child.whilePolling {
          let refusal = try await found("the refusal") { tree.parent.results(of: "t2").first }.message
          #expect(refusal.error?.code == .security)
        }
      }
    }
  }

  @Test("a task's signature covers the orchestrator's view: what it adds after signing, and defaults, do not break it")
  func modelView() async throws {
    try await withTree(settings: ["tasks.secret": "orchestrator-secret"]) { tree in
      let child = try await tree.child()
      let good = task("t1")
      let signature = try TaskSignature.sign(good, with: HMACSecret("orchestrator-secret"))
      let wire = good.setting("sig", to: .string(signature)).setting("skill_version", to: .null)
        .setting("step", to: .integer(0)).setting("depth", to: .integer(0)).setting("deadline", to: .null)
        .setting("orchestrator_signature", to: .string("x"))
      tree.parent.hand(wire)
      #expect(try await found("the task") { try await child.poll() }.json == wire)
    }
  }

  @Test("a task whose policy forbids its skill is offered to nobody, and goes back as a failure")
  func allowedSkills() async throws {
    try await withTree { tree in
      let child = try await tree.child(skills: ["echo", "render"])
      let policy = RawJSON.object(["allowed_skills": .strings(["render"])])
      tree.parent.hand(task("t1").setting("policy", to: policy))
      let polling = Task { try await child.poll() }
      let failure = try await found("the failure") { tree.parent.results(of: "t1").first }.message
      #expect(failure.error?.code == .invalidInput)
      #expect(failure.error?.message.contains("does not allow the skill echo") == true)
      tree.parent.hand(task("t2", skill: "render").setting("policy", to: policy))
      #expect(try await polling.value?.payload.taskID == "t2")
    }
  }
}
