import RXON
import RXONSignatures
import TestSupport
import Testing

@testable import HolonNode

@Suite("Relaying tasks and results")
struct RelayTests {
  @Test("a task goes down with its bytes untouched")
  func taskBytesStay() async throws {
    try await withTree { tree in
      let child = try await tree.child()
      let text = #"{ "task_id":"t1",  "job_id":"job","type":"echo", "params":{"b":1.0,"a":"ü\u00e9"},"x-odd":[1,2 ]}"#
      tree.parent.hand(try RawJSON(validating: text))
      let taken = try #require(try await child.poll())
      #expect(taken.json.string == text)
    }
  }

  @Test("a result goes up in the node's name, with its origin, its chain, a fresh timestamp and a good signature")
  func resultGoesUp() async throws {
    try await withTree { tree in
      let child = try await tree.child("w1", holding: "t1")
      let reply = try await child.answer("t1", data: .object(["answer": .integer(42)]))
      #expect(reply == .accepted)

      let heard = try await found("the result") { tree.parent.results(of: "t1").first }
      #expect(heard.message.workerID == Tree.nodeID)
      #expect(heard.message.originWorkerID == "w1")
      #expect(heard.message.data?["answer"]?.integerValue == 42)
      #expect(heard.message.security?.identityChain == ["w1"])
      #expect(heard.message.security?.signerID == Tree.nodeID)
      #expect(heard.credentials.token == Tree.uplinkToken)
      let age = NodeClock.unixSeconds() - (try #require(heard.message.timestamp))
      #expect((-1...5).contains(age))
      try PayloadSignature.verify(
        heard.message.security?.signature, of: try #require(heard.body), with: HMACSecret(Tree.uplinkToken))
    }
  }

  @Test("the time at which the child signed is kept in the metadata of the result")
  func originTimeStays() async throws {
    try await withTree { tree in
      let child = try await tree.child(holding: "t1")
      let time = NodeClock.unixSeconds() - 20
      try await child.answer("t1", timestamp: time)
      let heard = try await found("the result") { tree.parent.results(of: "t1").first }
      #expect(heard.message.metadata?["holon"]?["origin_timestamp"]?.integerValue == time)
    }
  }

  @Test("a result that comes again hears the same and goes up once")
  func resultOnce() async throws {
    try await withTree { tree in
      let child = try await tree.child(holding: "t1")
      for _ in 0..<3 { #expect(try await child.answer("t1") == .accepted) }
      try await eventually("the repetitions are counted") { try await tree.counter("results_duplicate") == 2 }
      try await steadily("one result is up") { tree.parent.results(of: "t1").count <= 1 }
      #expect(tree.parent.results(of: "t1").count == 1)
    }
  }

  @Test("a child that does not hold the task is ignored")
  func othersAreIgnored() async throws {
    try await withTree { tree in
      let holder = try await tree.child("w1", holding: "t1")
      let other = try await tree.child("w2")
      #expect(try await other.answer("t1") == .ignored(reason: "worker_mismatch"))
      #expect(try await other.answer("unknown") == .ignored(reason: "job_not_found"))
      #expect(try await holder.answer("t1") == .accepted)
    }
  }

  @Test("no poll goes up while no child waits, and as many go up as children wait")
  func demandDrivesPolls() async throws {
    try await withTree { tree in
      let children = [try await tree.child("w1"), try await tree.child("w2"), try await tree.child("w3")]
      try await eventually("the parent knows the skills") { tree.parent.knownSkills == ["echo"] }
      #expect(tree.parent.heard.polls.isEmpty)

      let waiting = children.map { child in Task { try await child.poll() } }
      defer { waiting.forEach { $0.cancel() } }
      try await eventually("three polls are up") { tree.parent.parkedPolls == 3 }
      #expect(tree.parent.heard.polls.allSatisfy { $0.message.availableSkills == ["echo"] })
      try await steadily("no further poll goes up") { tree.parent.heard.polls.count == 3 }
    }
  }

  @Test("many tasks at once are each answered once")
  func manyTasks() async throws {
    try await withTree { tree in
      let count = 60
      let children = [try await tree.child("w1"), try await tree.child("w2")]
      for number in 0..<count { tree.parent.hand(task("t\(number)")) }
      try await withThrowingTaskGroup(of: Void.self) { group in
        for child in children {
          for _ in 0..<4 {
            group.addTask {
              while !Task.isCancelled {
                guard let taken = try? await child.poll() else { continue }
                try await child.answer(taken.payload.taskID)
              }
            }
          }
        }
        try await eventually("all results are up") { tree.parent.heard.results.count >= count }
        group.cancelAll()
      }
      #expect(Set(tree.parent.heard.results.map(\.message.taskID)).count == count)
      #expect(tree.parent.heard.results.count == count)
    }
  }
}
