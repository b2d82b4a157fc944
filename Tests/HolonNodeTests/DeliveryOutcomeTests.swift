import RXON
import TestSupport
import Testing

@testable import HolonNode

/// What a parent's answer to a result means (design §2, Outcomes).
@Suite("Outcomes of a delivery")
struct DeliveryOutcomeTests {
  /// Lets a child answer "t1", to which the parent at first says `failure`.
  private func withRefusedResult(
    _ failure: CallFailure, _ body: (Tree) async throws -> Void
  ) async throws {
    try await withTree { tree in
      let child = try await tree.settledChild(holding: "t1")
      tree.parent.answer(.result) { $0 == 1 ? .failure(failure) : nil }
      #expect(try await child.answer("t1", data: .object(["large": .string("x")])) == .accepted)
      _ = try await found("a first attempt") { tree.parent.results(of: "t1").first }
      try await body(tree)
    }
  }

  /// The second attempt, of which the signature is from a later second.
  private func secondAttempt(_ tree: Tree) async throws -> ScriptedParent.Heard<TaskResult> {
    try await eventually("a second attempt") { tree.parent.results(of: "t1").count == 2 }
    try await eventually("the result is settled") { try await tree.report().uplinks[0].waitingResults == 0 }
    let (first, second) = (tree.parent.results(of: "t1")[0], tree.parent.results(of: "t1")[1])
    #expect(try #require(first.message.timestamp) < (try #require(second.message.timestamp)))
    return second
  }

  @Test("404: the node registers again, then the result goes up")
  func notFound() async throws {
    try await withRefusedResult(CallFailure(status: 404, "worker not found")) { tree in
      let first = tree.parent.results(of: "t1")[0]
      let second = try await secondAttempt(tree)
      let between = tree.parent.heard.registrations.filter { first.at < $0.at && $0.at < second.at }
      #expect(!between.isEmpty)
    }
  }

  @Test("401: the node obtains an access token, and the result goes up with it")
  func unauthorized() async throws {
    try await withRefusedResult(CallFailure(status: 401, "expired")) { tree in
      let second = try await secondAttempt(tree)
      #expect(second.credentials.token == "issued")
      #expect(tree.parent.heard.tokenCalls == 1)
    }
  }

  @Test("401 with the access token too: the result goes up with the configured token again")
  func unauthorizedAgain() async throws {
    try await withTree { tree in
      let child = try await tree.settledChild(holding: "t1")
      tree.parent.answer(.result) { $0 <= 2 ? .failure(CallFailure(status: 401, "expired")) : nil }
      try await child.answer("t1")
      try await eventually("a third attempt") { tree.parent.results(of: "t1").count == 3 }
      let tokens = tree.parent.results(of: "t1").map(\.credentials.token)
      #expect(tokens == [Tree.uplinkToken, "issued", Tree.uplinkToken])
    }
  }

  @Test("403: credentials are renewed first, the result is not given up")
  func forbidden() async throws {
    try await withRefusedResult(CallFailure(status: 403, "forbidden")) { tree in
      _ = try await secondAttempt(tree)
      #expect(try await tree.report().journal.deadLetters == 0)
    }
  }

  @Test("403 duplicate: the result is signed anew a second later")
  func duplicate() async throws {
    try await withRefusedResult(CallFailure(status: 403, "Duplicate message detected (replay attack)")) { tree in
      let first = tree.parent.results(of: "t1")[0]
      let second = try await secondAttempt(tree)
      #expect(second.at - first.at >= .milliseconds(900))
      #expect(first.message.security?.signature != second.message.security?.signature)
      #expect(tree.parent.heard.tokenCalls == 0)
      #expect(try await tree.counter("delivery_failures", "duplicate") == 1)
    }
  }

  @Test("413: a failure that says the size goes up in place of the result")
  func tooLarge() async throws {
    try await withRefusedResult(CallFailure(status: 413, "too large")) { tree in
      let second = try await secondAttempt(tree).message
      #expect(second.status == TaskStatus.failure)
      #expect(second.error?.code == .resourceExhausted)
      #expect(second.error?.message.contains("bytes") == true)
      #expect(second.data == nil)
    }
  }

  @Test("429: the result waits for as long as the parent says")
  func rateLimited() async throws {
    try await withRefusedResult(CallFailure(status: 429, "slower", retryAfter: .seconds(2))) { tree in
      let first = tree.parent.results(of: "t1")[0]
      let second = try await secondAttempt(tree)
      #expect(second.at - first.at >= .milliseconds(1900))
    }
  }

  @Test("5xx: the result is tried again", arguments: [500, 503])
  func serverError(status: Int) async throws {
    try await withRefusedResult(CallFailure(status: status, "broken")) { tree in
      let second = try await secondAttempt(tree)
      #expect(second.message.status == TaskStatus.success)
    }
  }

  @Test("ignored: as final as accepted, and counted")
  func ignored() async throws {
    try await withTree { tree in
      let child = try await tree.child(holding: "t1")
      tree.parent.answer(.result) { _ in .result(.ignored(reason: "job_cancelled")) }
      try await child.answer("t1")
      try await eventually("it is counted") { try await tree.counter("deliveries", "ignored") == 1 }
      #expect(try await tree.report().uplinks[0].waitingResults == 0)
      #expect(tree.parent.results(of: "t1").count == 1)
    }
  }

  @Test("5xx on polls: the node asks again", arguments: [500, 503])
  func failedPolls(status: Int) async throws {
    try await withTree { tree in
      tree.parent.answer(.poll) { $0 == 1 ? .failure(CallFailure(status: status, "broken")) : nil }
      let child = try await tree.child()
      tree.parent.hand(task("t1"))
      #expect(try await child.poll()?.payload.taskID == "t1")
    }
  }

  @Test("a parent that never holds polls is asked again, not without pause")
  func impatientParent() async throws {
    try await withTree { tree in
      tree.parent.answer(.poll) { $0 <= 3 ? .noTask : nil }
      let child = try await tree.child()
      try await child.whilePolling {
        try await eventually("four polls") { tree.parent.heard.polls.count >= 4 }
        let polls = tree.parent.heard.polls
        #expect(polls[3].at - polls[0].at >= .milliseconds(1400))
      }
    }
  }

  @Test("429 on polls: the node asks no more for a while")
  func rateLimitedPolls() async throws {
    try await withTree { tree in
      let limit = CallFailure(status: 429, "slower", retryAfter: .seconds(2))
      tree.parent.answer(.poll) { $0 == 1 ? .failure(limit) : nil }
      let child = try await tree.child()
      try await child.whilePolling {
        try await eventually("two polls") { tree.parent.heard.polls.count == 2 }
        let polls = tree.parent.heard.polls
        #expect(polls[1].at - polls[0].at >= .milliseconds(1900))
      }
    }
  }
}

extension Tree {
  /// As ``child(_:holding:)``, once the parent knows what the child offers and no registration is under way: one that
  /// succeeds while a result is refused would release the result.
  fileprivate func settledChild(holding taskID: String) async throws -> TestChild {
    let child = try await child(holding: taskID)
    try await eventually("the skills are known") { parent.knownSkills == ["echo"] }
    let node = try node
    let session = await node.sessions[0]
    try await eventually("no registration is due soon") {
      guard let next = await session.registration.nextAttempt else { return false }
      return next > node.clock.uptime + .seconds(60)
    }
    return child
  }
}
