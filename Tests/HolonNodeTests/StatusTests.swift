import RXON
import TestSupport
import Testing

@testable import HolonNode

@Suite("What the node tells of itself")
struct StatusTests {
  private func withStatus(
    token: String? = nil, _ body: (Tree, StatusClient) async throws -> Void
  ) async throws {
    let port = FreePort.find()
    var settings = ["status.url": "http://127.0.0.1:\(port)"]
    settings["status.token"] = token
    try await withTree(settings: settings) { tree in try await body(tree, StatusClient(port: port)) }
  }

  @Test("/livez answers, whatever the uplink does")
  func alive() async throws {
    try await withStatus { tree, status in
      await tree.parent.stop()
      let code = try await status.code("/livez")
      #expect(code == 200)
    }
  }

  @Test("/readyz is 200 while a parent knows the node, else 503 with the reason")
  func ready() async throws {
    try await withStatus { tree, status in
      try await eventually("ready") { try await status.code("/readyz") == 200 }
      await tree.parent.stop()
      try await eventually("not ready") { try await status.code("/readyz") == 503 }
      let reason = try await status.get("/readyz").body
      #expect(reason.contains("no uplink is connected"))
    }
  }

  @Test("/status tells of uplinks, children and tasks")
  func status() async throws {
    try await withStatus { tree, status in
      _ = try await tree.child(holding: "t1")
      let answer = try await status.get("/status")
      #expect(answer.status == 200)
      let report = try RawJSON(validating: answer.body)
      #expect(report["id"]?.stringValue == Tree.nodeID)
      #expect(report["ready"]?.boolValue == true)
      #expect(report["uplinks"]?.elements.first?["state"]?.stringValue == "connected")
      #expect(report["children"]?.elements.first?["id"]?.stringValue == "w1")
      #expect(report["children"]?.elements.first?["running"]?.elements.first?.stringValue == "t1")
      #expect(report["tasks"]?["running"]?.integerValue == 1)
      #expect(report["counters"]?["tasks_taken"]?.integerValue == 1)
    }
  }

  @Test("/metrics is text in the form that Prometheus reads")
  func metrics() async throws {
    try await withStatus { tree, status in
      let child = try await tree.child(holding: "t1")
      try await child.answer("t1")
      _ = try await found("the result") { tree.parent.results(of: "t1").first }
      try await eventually("the delivery is counted") {
        try await status.get("/metrics").body.contains("holon_deliveries_total{reason=\"accepted\"} 1\n")
      }
      let text = try await status.get("/metrics").body
      #expect(text.contains("# TYPE holon_tasks_running gauge\nholon_tasks_running 0\n"))
      #expect(text.contains("# TYPE holon_tasks_taken_total counter\nholon_tasks_taken_total 1\n"))
    }
  }

  @Test("with a token, /status and /metrics ask for it, /livez and /readyz do not", arguments: ["/status", "/metrics"])
  func token(path: String) async throws {
    try await withStatus(token: "status-secret") { tree, status in
      #expect(try await status.code(path) == 401)
      #expect(try await status.code(path, bearer: "wrong") == 401)
      #expect(try await status.code(path, bearer: "status-secret") == 200)
      #expect(try await status.code("/livez") == 200)
      try await eventually("ready") { try await status.code("/readyz") == 200 }
    }
  }

  @Test("nothing that the node tells holds a token")
  func noSecrets() async throws {
    try await withStatus { tree, status in
      _ = try await tree.child()
      for path in ["/status", "/metrics"] {
        let text = try await status.get(path).body
        #expect(!text.contains(Tree.childToken))
        #expect(!text.contains(Tree.uplinkToken))
      }
    }
  }
}
