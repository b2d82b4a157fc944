import HolonRouting
import RXON
import Testing

@Suite("Router: what changes while it runs")
struct RouterReconfigurationTests {
  @Test("A new route's strategy counts for polls that are parked already")
  func newRoutes() {
    var node = RouterHarness { $0.routes = [Route(skill: SkillPattern("*"), strategy: .cheapest)] }
    node.register("cheap", costs: ["echo": 1])
    node.register("dear", costs: ["echo": 2])
    node.poll("cheap")
    node.poll("dear")
    node.poll("cheap")
    #expect(node.take("1").handOuts == ["1>cheap"])

    var configuration = node.router.configuration
    configuration.routes = [Route(skill: SkillPattern("echo"), strategy: .leastConnections)]
    node.router.reconfigure(configuration)
    #expect(node.take("2").handOuts == ["2>dear"], "the cheap one runs a task")
  }

  @Test("The node's name stays, whatever the new configuration says")
  func fixedName() {
    var node = RouterHarness()
    var configuration = node.router.configuration
    configuration.nodeID = "another"
    configuration.maximumAttempts = 7
    node.router.reconfigure(configuration)
    #expect(node.router.configuration.nodeID == "node")
    #expect(node.router.configuration.maximumAttempts == 7)
  }

  @Test("The prefetch of one parent is its own")
  func prefetchByParent() {
    let other = UplinkID("other")
    var node = RouterHarness {
      $0.uplinks.append(other)
      $0.prefetchOfUplink = [other: 3]
    }
    node.register("a")
    #expect(node.router.demand(for: RouterHarness.parent).count == 0)
    #expect(node.router.demand(for: other).count == 3)
  }

  @Test("A task that the journal let go goes back to its parent as a failure, and to no child")
  func droppedTask() {
    var node = RouterHarness()
    node.register("a")
    node.take("t")
    let result = node.send(.taskDropped(RouterHarness.key("t"))).results.first
    #expect(result?.error?.code == .resourceExhausted)
    node.poll("a")
    #expect(node.performed.handOuts.isEmpty)
  }

  @Test("A refused task goes back with the reason, and to no child")
  func refusedTask() {
    var node = RouterHarness()
    node.register("a")
    node.poll("a")
    let refusal = RoutingEvent.taskRefused(
      RouterHarness.task("t"), from: RouterHarness.parent, .security, reason: "the signature is wrong")
    let result = node.send(refusal).results.first
    #expect(result?.error == TaskError(code: .security, message: "the signature is wrong"))
    #expect(node.performed.handOuts.isEmpty)
  }
}
