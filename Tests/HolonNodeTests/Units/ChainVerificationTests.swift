import HolonRouting
import RXON
import RXONSignatures
import Testing

@testable import HolonNode

@Suite("Signed ways of messages")
struct ChainVerificationTests {
  private let event = WorkerEventPayload(
    eventID: "e1", workerID: "w1", originWorkerID: "w1", eventType: "note", payload: .emptyObject)
  private let result = TaskResult(jobID: "j", taskID: "t", workerID: "w1")

  /// The event as the nodes pass it on, each by its own rules.
  private func passed(_ event: WorkerEventPayload, over nodes: [(String, TestKey?)]) throws -> WorkerEventPayload {
    var passed = event
    for (node, key) in nodes {
      passed.appendSenderToChain()
      passed.workerID = node
      if let key { passed = try ChainAttester(nodeID: node, key: key.signer()).attest(passed) }
    }
    return passed
  }

  private func passed(_ result: TaskResult, over nodes: [(String, TestKey?)]) throws -> TaskResult {
    var passed = result
    for (node, key) in nodes {
      let chain = passed.security?.identityChain ?? []
      passed.originWorkerID = passed.originWorkerID ?? passed.workerID
      passed.security = passed.security ?? SecurityContext()
      passed.security?.identityChain = chain + [passed.workerID ?? ""]
      passed.workerID = node
      if let key { passed = try ChainAttester(nodeID: node, key: key.signer()).attest(passed) }
    }
    return passed
  }

  private func defect(
    _ chain: RelayChain, _ keys: [String: TestKey]
  ) throws -> ChainVerification.Defect? {
    let verification = ChainVerification(keys: try keys.mapValues { try $0.verifier() })
    do throws(ChainVerification.Defect) {
      try verification.check(chain)
      return nil
    } catch {
      return error
    }
  }

  private let keys: [String: TestKey] = ["a": .first, "b": .second, "c": .third]
  private let nodes: [(String, TestKey?)] = [("a", .first), ("b", .second), ("c", .third)]

  @Test("what each node on the way signed is right, for events and results, over any number of nodes", arguments: 1...3)
  func right(count: Int) throws {
    let way = Array(nodes.prefix(count))
    let sender = way[count - 1].0
    #expect(try defect(RelayChain(passed(event, over: way), from: sender), keys) == nil)
    #expect(try defect(RelayChain(passed(result, over: way), from: sender), keys) == nil)
  }

  @Test("a node without a key in between, or whose key is not known here, does not break the chain")
  func unknown() throws {
    let way: [(String, TestKey?)] = [("a", .first), ("x", nil), ("c", .third)]
    let chain = RelayChain(try passed(event, over: way), from: "c")
    #expect(chain.way == ["a", "x", "c"])
    #expect(try defect(chain, keys) == nil)
    #expect(try defect(RelayChain(passed(event, over: nodes), from: "c"), ["c": .third]) == nil)
    #expect(try defect(chain, [:]) == nil)
  }

  @Test("each change of the way or of the message it belongs to is found")
  func forged() throws {
    let good = try passed(event, over: nodes)
    var forgeries: [WorkerEventPayload] = []
    for change: (inout WorkerEventPayload) -> Void in [
      { $0.eventID = "e2" }, { $0.originWorkerID = "w2" }, { $0.bubblingChain = ["b", "a"] },
      { $0.bubblingChain = ["a", "x", "b"] }, { $0.bubblingChain = ["b"] }, { $0.bubblingChain = nil },
      { $0.bubblingChain = ["x", "a", "b"] },
    ] {
      var forged = good
      change(&forged)
      forgeries.append(forged)
    }
    for forged in forgeries { #expect(try defect(RelayChain(forged, from: "c"), keys) != nil) }
  }

  @Test("a signature that is left out is missed; one by another key is wrong")
  func missing() throws {
    let left = RelayChain(try passed(event, over: [("a", .first), ("b", nil), ("c", .third)]), from: "c")
    #expect(try defect(left, keys) == .missing("b"))
    let stripped = RelayChain(try passed(event, over: [("a", nil)]), from: "a")
    #expect(try defect(stripped, keys) == .missing("a"))
    let wrong = RelayChain(try passed(event, over: [("a", .second)]), from: "a")
    #expect(try defect(wrong, keys) == .wrong("a"))
  }

  @Test("a signature cannot be carried over from another message, nor from an event to a result")
  func carriedOver() throws {
    let other = try passed(event, over: [("a", .first)])
    var result = try passed(result, over: [("a", nil)])
    result.jobID = event.eventID
    result.taskID = "w1"
    result.security?.metadata = other.security?.metadata
    #expect(try defect(RelayChain(result, from: "a"), keys) == .wrong("a"))
  }

  @Test(
    "what is no list of signatures is refused where keys are known",
    arguments: [#""text""#, #"[1]"#, #"[{"id":"a"}]"#, #"[{"id":"a","signature":1}]"#, #"{}"#])
  func malformed(text: String) throws {
    var event = try passed(event, over: [("a", nil)])
    let written = try RawJSON(validating: text)
    event.security = SecurityContext(metadata: .object(["holon": .object(["chain": written])]))
    let chain = RelayChain(event, from: "a")
    #expect(try defect(chain, keys) == .malformed)
    #expect(try defect(chain, [:]) == nil)
  }

  @Test("a way longer than any tree is refused without a look at its signatures")
  func tooLong() throws {
    var long = event
    long.bubblingChain = (0..<65).map { "n\($0)" }
    let signed = try ChainAttester(nodeID: "a", key: TestKey.first.signer()).attest(long)
    #expect(try defect(RelayChain(signed, from: "a"), keys) == .malformed)
    long.bubblingChain?.removeLast()
    let within = try ChainAttester(nodeID: "a", key: TestKey.first.signer()).attest(long)
    #expect(try defect(RelayChain(within, from: "a"), keys) == nil)
  }

  @Test("what a node made itself has no way, and needs no signature of one")
  func own() throws {
    let own = try ChainAttester(nodeID: "a", key: TestKey.first.signer())
      .attest(TaskResult(jobID: "j", taskID: "t", originWorkerID: "a"))
    #expect(own.security == nil)
    #expect(try defect(RelayChain(own, from: "a"), keys) == nil)
  }

  @Test("the reference's own check takes the list that was signed")
  func referenceForm() throws {
    let passed = try passed(event, over: [("a", .first)])
    let signature = try #require(passed.security?.metadata?["holon"]?["chain"]?.elements.first?["signature"])
    try BubblingChainSignature.verify(
      signature.stringValue, of: ["event", "e1", "w1", "a"], with: TestKey.first.verifier())
  }
}
