import HolonRouting
import RXON
import Testing

@Suite("Router: strategies")
struct RouterStrategyTests {
  private func node(_ strategy: RoutingStrategy, children: [String] = []) -> RouterHarness {
    RouterHarness {
      $0.routes = [Route(skill: SkillPattern("e*"), strategy: strategy, children: children)]
    }
  }

  /// Who gets each of the tasks, one after the other, while all polls stay parked.
  private func choices(_ node: inout RouterHarness, _ tasks: ClosedRange<Int>) -> [String] {
    tasks.flatMap { node.take("t\($0)").handOuts.map { String($0.drop { $0 != ">" }.dropFirst()) } }
  }

  @Test("default: hot, then cheapest, then least loaded")
  func standard() {
    var node = node(.standard)
    node.register("dear-hot", costs: ["echo": 9], hot: ["echo"])
    node.register("cheap", costs: ["echo": 1])
    node.register("cheap-too", costs: ["echo": 1])
    node.register("unpriced")
    for child in ["unpriced", "cheap", "cheap-too", "dear-hot"] {
      node.poll(child)
      node.poll(child)
    }
    let chosen = choices(&node, 1...8)
    #expect(chosen[0...1] == ["dear-hot", "dear-hot"])
    #expect(Set(chosen[2...3]) == ["cheap", "cheap-too"])
    #expect(Set(chosen[4...5]) == ["cheap", "cheap-too"])
    #expect(chosen[6...7] == ["unpriced", "unpriced"])
  }

  @Test("round_robin: in turns")
  func roundRobin() {
    var node = node(.roundRobin)
    for child in ["a", "b", "c"] {
      node.register(child, costs: ["echo": child == "a" ? 0 : 1])
      for _ in 0..<3 { node.poll(child) }
    }
    let chosen = choices(&node, 1...9)
    for turn in 0..<3 { #expect(Set(chosen[(turn * 3)..<(turn * 3 + 3)]) == ["a", "b", "c"]) }
  }

  @Test("least_connections: the fewest running tasks")
  func leastConnections() {
    var node = node(.leastConnections)
    node.register("a")
    for _ in 0..<3 { node.poll("a") }
    #expect(choices(&node, 1...2) == ["a", "a"])
    node.register("b")
    for _ in 0..<3 { node.poll("b") }
    #expect(choices(&node, 3...4) == ["b", "b"])
    node.result("t1", from: "a")
    #expect(choices(&node, 5...5) == ["a"])
  }

  @Test("cheapest: whatever is hot or idle")
  func cheapest() {
    var node = node(.cheapest)
    node.register("hot", costs: ["echo": 2], hot: ["echo"])
    node.register("cheap", costs: ["echo": 1])
    for child in ["hot", "cheap"] { node.poll(child) }
    #expect(choices(&node, 1...2) == ["cheap", "hot"])
  }

  @Test("best_value: tries each, then weighs cost against speed and success")
  func bestValue() {
    var node = node(.bestValue)
    node.register("cheap-slow", costs: ["echo": 1])
    node.register("dear-fast", costs: ["echo": 2])
    node.register("cheap-failing", costs: ["echo": 1])
    let children = ["cheap-slow", "dear-fast", "cheap-failing"]
    for child in children { node.poll(child) }
    var holders: [String: String] = [:]
    for (task, child) in zip(["t1", "t2", "t3"], choices(&node, 1...3)) { holders[child] = task }
    #expect(Set(holders.keys) == Set(children))
    node.wait(.seconds(1))
    node.result(holders["dear-fast"] ?? "", from: "dear-fast")
    node.result(holders["cheap-failing"] ?? "", from: "cheap-failing", status: TaskStatus.failure)
    node.wait(.seconds(9))
    node.result(holders["cheap-slow"] ?? "", from: "cheap-slow")
    for child in children { node.poll(child) }
    #expect(choices(&node, 4...6) == ["dear-fast", "cheap-slow", "cheap-failing"])
  }

  @Test("overflow: the next child only while the ones before it are not ready")
  func overflow() {
    var node = node(.overflow, children: ["main"])
    for child in ["spare", "main", "last"] { node.register(child) }
    for child in ["last", "spare", "main"] {
      node.poll(child)
      node.poll(child)
    }
    #expect(choices(&node, 1...5) == ["main", "main", "spare", "spare", "last"])
    node.poll("main")
    #expect(choices(&node, 6...6) == ["main"])
  }

  @Test(
    "Patterns match with stars anywhere",
    arguments: [
      ("echo", "echo", true), ("echo", "echo2", false), ("*", "", true), ("render*", "render-3d", true),
      ("render*", "prerender", false), ("*-gpu", "train-gpu", true), ("a*b*c", "a-x-b-y-c", true),
      ("a*b*c", "acb", false), ("ab*ba", "aba", false), ("a**b", "ab", true), ("*x*", "axb", true),
    ])
  func patterns(pattern: String, skill: String, matches: Bool) {
    #expect(SkillPattern(pattern).matches(skill) == matches)
  }
}
