import Foundation
import NIOCore
import NIOPosix
import RXON
import RXONHTTP

/// One parent, one node or none, and children, each a process of its own but the parent.
struct Experiment {
  var holon: String
  var directory: String

  static let token = "benchmark-token"

  /// A running tree.
  final class Tree {
    let parent: StubParent
    let server: HTTPServer
    let node: Subprocess?
    /// What takes TLS off in front of the node.
    let front: Subprocess?
    let children: Subprocess

    init(parent: StubParent, server: HTTPServer, node: Subprocess?, front: Subprocess?, children: Subprocess) {
      self.parent = parent
      self.server = server
      self.node = node
      self.front = front
      self.children = children
    }

    func end() async {
      children.end()
      front?.end()
      node?.end()
      await server.stop(grace: .zero)
    }
  }

  /// - Parameters:
  ///   - depth: nodes between the parent and the children: 0 or 1.
  ///   - encryption: nil for plain links.
  func start(
    depth: Int, children count: Int, payloadBytes: Int, encryption: LinkEncryption? = nil, group: any EventLoopGroup
  ) async throws -> Tree {
    var limits = HTTPServerLimits()
    limits.connections = 20_000
    let parent = StubParent(payloadBytes: payloadBytes)
    let server = HTTPServer(
      host: "127.0.0.1", port: 0, group: group, limits: limits, tls: try encryption?.ofParent(), responder: parent)
    let port = try await server.start()
    var url = "\(encryption?.isParentEncrypted == true ? "https" : "http")://127.0.0.1:\(port)"
    var (node, front): (Subprocess?, Subprocess?)
    if depth > 0 {
      let nodePort = freePort()
      let scheme = encryption?.isNodeEncrypted == true ? "https" : "http"
      node = try startNode(listen: "\(scheme)://127.0.0.1:\(nodePort)", uplink: url, encryption: encryption)
      url = "\(scheme)://127.0.0.1:\(nodePort)"
      if case .nginx(let nginx) = encryption?.children {
        let tlsPort = freePort()
        front = try nginx.startFront(tlsPort: tlsPort, nodePort: nodePort)
        url = "https://127.0.0.1:\(tlsPort)"
      }
    }
    let children = try Subprocess(
      CommandLine.arguments[0],
      ["children", url, Self.token, "\(count)", "child"] + (encryption.map { [$0.certificate.authority] } ?? []),
      log: "\(directory)/children.log")
    return Tree(parent: parent, server: server, node: node, front: front, children: children)
  }

  private func startNode(listen: String, uplink: String, encryption: LinkEncryption?) throws -> Subprocess {
    try Subprocess(
      holon,
      [
        "run", "--id", "bench", "--listen", listen, "--child-token", Self.token, "--uplink", uplink,
        "--uplink-token", Self.token, "--journal", "\(directory)/bench-\(UUID().uuidString).db", "--log-level",
        "warning",
      ],
      environment: ["HOLON_UPLINKS_0_MAX_POLLS": "64"].merging(encryption?.ofNode ?? [:]) { $1 },
      log: "\(directory)/holon.log")
  }
}

/// Waits until `condition` holds; ends the benchmark when it does not in time.
func wait(_ what: String, seconds: Int = 60, until condition: () throws -> Bool) async throws {
  let limit = ContinuousClock.now + .seconds(seconds)
  while try !condition() {
    guard ContinuousClock.now < limit else { throw BenchmarkFailure("timed out waiting until \(what)") }
    try await Task.sleep(for: .milliseconds(5))
  }
}

struct BenchmarkFailure: Error, CustomStringConvertible {
  let description: String

  init(_ description: String) {
    self.description = description
  }
}
