import Foundation
import HolonConfig
import Logging
import RXON
import RXONSignatures
import Synchronization
import TestSupport
import Testing

@testable import HolonNode

/// A node between scripted parents and its children.
final class Tree: Sendable {
  static let nodeID = "holon"
  static let childToken = "child-secret"
  static let uplinkToken = "uplink-secret"

  let parents: [ScriptedParent]
  let directory: URL
  private let port: Int
  private let settings: [String: String]
  private let running = Mutex<(node: HolonNode?, children: [TestChild])>((nil, []))

  init(parents: [ScriptedParent], settings: [String: String]) async throws {
    self.parents = parents
    self.settings = settings
    port = FreePort.find()
    directory = FileManager.default.temporaryDirectory.appending(path: "holon-node-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
  }

  var parent: ScriptedParent { parents[0] }
  var url: String { "http://127.0.0.1:\(port)" }

  var node: HolonNode {
    get throws {
      guard let node = running.withLock({ $0.node }) else { throw NoNode() }
      return node
    }
  }

  struct NoNode: Error {}

  // MARK: The node

  /// - Parameter changes: settings by their keys or variables, over those of the tree; empty ones are left out.
  func configuration(_ changes: [String: String] = [:]) throws -> HolonConfiguration {
    var all = [
      "id": Self.nodeID, "listen[0].url": url, "children.token": Self.childToken,
      "journal.path": directory.appending(path: "holon.db").path,
    ]
    for (index, parent) in parents.enumerated() {
      all["uplinks[\(index)].url"] = parent.url
      all["uplinks[\(index)].token"] = Self.uplinkToken
      all["uplinks[\(index)].heartbeat"] = "2s"
    }
    all.merge(settings) { $1 }
    all.merge(changes) { $1 }
    all = all.filter { !$0.value.isEmpty }
    let flags = all.filter { !$0.key.hasPrefix("HOLON_") }
      .map { ConfigurationFlag("--\($0.key)", sets: $0.key, to: $0.value) }
    let environment = all.filter { $0.key.hasPrefix("HOLON_") }
    return try ConfigurationInputs(environment: environment, flags: flags).load().configuration
  }

  func startNode(_ changes: [String: String] = [:]) async throws {
    let node = try await HolonNode.start(configuration: configuration(changes), logger: Self.silence)
    running.withLock { $0.node = node }
  }

  /// Runs another node below the tree's, with its URL, for the length of `body`.
  func withNode(
    below id: String, _ settings: [String: String],
    _ body: (_ url: String, HolonNode) async throws -> Void
  ) async throws {
    let url = "http://127.0.0.1:\(FreePort.find())"
    var all = [
      "id": id, "listen[0].url": url, "journal.path": directory.appending(path: "\(id).db").path,
      "uplinks[0].url": self.url, "uplinks[0].token": Self.childToken,
    ]
    all.merge(settings) { $1 }
    let node = try await HolonNode.start(configuration: configuration(all), logger: Self.silence)
    do {
      try await body(url, node)
    } catch {
      await node.stop()
      throw error
    }
    await node.stop()
  }

  func stopNode() async throws {
    try await node.stop()
  }

  static let silence = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

  /// Ends the node as a kill would: it starts anew on what was on the disk before it could do anything more.
  func killNode() async throws {
    let image = directory.appending(path: "killed-\(UUID().uuidString).db").path
    for suffix in ["", "-wal"] {
      let file = directory.appending(path: "holon.db").path + suffix
      if FileManager.default.fileExists(atPath: file) {
        try FileManager.default.copyItem(atPath: file, toPath: image + suffix)
      }
    }
    try await stopNode()
    try await startNode(["journal.path": image])
  }

  // MARK: Children

  /// A registered child.
  func child(_ id: String = "w1", skills: [String] = ["echo"]) async throws -> TestChild {
    let child = try stranger(id)
    try await child.register(skills: skills)
    return child
  }

  /// A child that has not registered.
  /// - Parameter url: of the node that it dials; nil for the tree's.
  func stranger(
    _ id: String = "w1", token: String = Tree.childToken, signer: (any Signer)? = nil, url: String? = nil
  ) throws -> TestChild {
    let child = try TestChild(id, url: url ?? self.url, token: token, signer: signer)
    running.withLock { $0.children.append(child) }
    return child
  }

  /// A child that was given this task.
  func child(_ id: String = "w1", holding taskID: String) async throws -> TestChild {
    let child = try await child(id)
    parent.hand(task(taskID))
    _ = try await found("the task at the child") { try await child.poll() }
    return child
  }

  // MARK: What the node holds

  func report() async throws -> StatusReport {
    try await node.statusReport()
  }

  func counter(_ name: String, _ label: String? = nil) async throws -> Int {
    try await report().counters.values[Counters.Name(name: name, label: label)] ?? 0
  }

  func shutDown() async {
    let (node, children) = running.withLock { ($0.node, $0.children) }
    await node?.stop()
    for child in children { await child.transport.close() }
    for parent in parents { await parent.stop() }
    try? FileManager.default.removeItem(at: directory)
  }
}

/// Starts a node below `parents` parents for the length of `body`, and shuts everything down whatever happens.
/// - Parameter prepare: told of each parent before the node starts.
func withTree(
  parents count: Int = 1, settings: [String: String] = [:], prepare: (ScriptedParent) -> Void = { _ in },
  _ body: (Tree) async throws -> Void
) async throws {
  var parents: [ScriptedParent] = []
  for _ in 0..<count { parents.append(try await ScriptedParent()) }
  parents.forEach(prepare)
  let tree = try await Tree(parents: parents, settings: settings)
  do {
    for parent in parents { try await parent.start() }
    try await tree.startNode()
    try await body(tree)
  } catch {
    await tree.shutDown()
    throw error
  }
  await tree.shutDown()
}
