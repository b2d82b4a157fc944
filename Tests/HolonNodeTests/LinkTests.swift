import NIOPosix
import RXON
import RXONHTTP
import TestSupport
import Testing

@testable import HolonNode

@Suite("Nodes over links", .serialized, .timeLimit(.minutes(2)))
struct NodeLinkTests {
  private func wire(to tree: Tree) throws -> WebSocketWire {
    var endpoint = try Endpoint(tree.url)
    endpoint.scheme = "ws"
    return try WebSocketWire(
      endpoint: endpoint, group: MultiThreadedEventLoopGroup.singleton, options: HTTPTransportOptions())
  }

  private func worker(_ id: String, token: String, over wire: WebSocketWire) throws -> WebSocketTransport {
    try WebSocketTransport(
      over: wire, workerID: id, token: token, options: HTTPTransportOptions(), ownsWire: false)
  }

  @Test("a task goes down and its result up through two nodes with a link between them")
  func relay() async throws {
    try await withTree { tree in
      let upper = tree.url.replacing("http://", with: "ws://")
      try await tree.withNode(below: "lower", ["uplinks[0].url": upper]) { url, _ in
        let child = try tree.stranger("w1", url: url)
        try await child.register(skills: ["echo"])
        try await eventually("the skill is known above") { tree.parent.knownSkills == ["echo"] }
        let polling = Task { try await child.poll() }
        tree.parent.hand(task("t1"))
        let taken = try #require(try await polling.value)
        #expect(taken.payload.taskID == "t1")
        #expect(try await child.answer("t1") == .accepted)
        let heard = try await found("the result") { tree.parent.results(of: "t1").first }
        #expect(heard.message.security?.identityChain == ["w1", "lower"])
      }
    }
  }

  @Test("over a link, too, a call in the name of another worker needs that worker's token")
  func stolenLink() async throws {
    try await withTree(settings: ["HOLON_CHILDREN_TOKENS_w2": "of w2 alone"]) { tree in
      let wire = try wire(to: tree)
      let honest = try worker("w1", token: Tree.childToken, over: wire)
      _ = try await honest.register(WorkerRegistration(workerID: "w1"))
      let thief = try worker("w2", token: Tree.childToken, over: wire)
      let error = await #expect(throws: TransportError.self) {
        try await thief.pollTask(wait: .seconds(5), availableSkills: nil, hotSkills: nil)
      }
      #expect(error?.kind == .forbidden)
      let commands = await #expect(throws: TransportError.self) { try await thief.listenForCommands() }
      #expect(commands?.kind == .forbidden)
      _ = try await honest.sendHeartbeat(nil)
      await honest.close()
      await thief.close()
    }
  }

  @Test("a revoked child is out, though its link is open")
  func revoked() async throws {
    try await withTree { tree in
      let wire = try wire(to: tree)
      let child = try worker("w1", token: Tree.childToken, over: wire)
      _ = try await child.register(WorkerRegistration(workerID: "w1", supportedSkills: [SkillInfo(name: "echo")]))
      let commands = try await child.listenForCommands()
      let poll = Task { try await child.pollTask(wait: .seconds(30), availableSkills: nil, hotSkills: nil) }
      try await eventually("the poll waits") { try await tree.report().children.first?.parkedPolls == 1 }
      _ = try await tree.change(.revoke, of: "w1")
      #expect(try await poll.value == nil)
      await #expect(throws: TransportError.self) { for try await _ in commands {} }
      let error = await #expect(throws: TransportError.self) { try await child.sendHeartbeat(nil) }
      #expect(error?.kind == .forbidden)
      await child.close()
    }
  }
}
