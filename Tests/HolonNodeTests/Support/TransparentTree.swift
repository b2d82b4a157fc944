import RXON
import TestSupport
import Testing

/// Starts a node whose first parent knows each child as a worker of its own, behind the prefix `site-`.
func withTransparentTree(
  parents: Int = 1, settings: [String: String] = [:], _ body: (Tree) async throws -> Void
) async throws {
  let transparent = [
    "uplinks[0].name": "main", "uplinks[0].mode": "transparent", "uplinks[0].child_prefix": "site-",
  ]
  try await withTree(parents: parents, settings: transparent.merging(settings) { $1 }, body)
}

extension Tree {
  /// A child that the first parent knows as a worker of its own.
  func knownChild(_ id: String = "w1", skills: [String] = ["echo"]) async throws -> TestChild {
    let child = try await child(id, skills: skills)
    try await eventually("the parent knows \(id)") { parent.lastHeartbeat(of: "site-\(id)") != nil }
    return child
  }

  /// The same, with a task that the parent gave to it.
  func knownChild(_ id: String = "w1", holding taskID: String) async throws -> TestChild {
    let child = try await knownChild(id)
    parent.hand(task(taskID), to: "site-\(id)")
    _ = try await found("the task at the child") { try await child.poll() }
    return child
  }
}
