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
    let children: Subprocess

    init(parent: StubParent, server: HTTPServer, node: Subprocess?, children: Subprocess) {
      self.parent = parent
      self.server = server
      self.node = node
      self.children = children
    }

    func end() async {
      children.end()
      node?.end()
      await server.stop(grace: .zero)
    }
  }

  /// - Parameter depth: nodes between the parent and the children: 0 or 1.
  func start(depth: Int, children count: Int, payloadBytes: Int, group: any EventLoopGroup) async throws -> Tree {
    var limits = HTTPServerLimits()
    limits.connections = 20_000
    let parent = StubParent(payloadBytes: payloadBytes)
    let server = HTTPServer(host: "127.0.0.1", port: 0, group: group, limits: limits, responder: parent)
    let port = try await server.start()
    var url = "http://127.0.0.1:\(port)"
    var node: Subprocess?
    if depth > 0 {
      let listen = "http://127.0.0.1:\(freePort())"
      node = try Subprocess(
        holon,
        [
          "run", "--id", "bench", "--listen", listen, "--child-token", Self.token, "--uplink", url,
          "--uplink-token", Self.token, "--journal", "\(directory)/bench-\(UUID().uuidString).db", "--log-level",
          "warning",
        ],
        environment: ["HOLON_UPLINKS_0_MAX_POLLS": "64"], log: "\(directory)/holon.log")
      url = listen
    }
    let children = try Subprocess(
      CommandLine.arguments[0], ["children", url, Self.token, "\(count)", "child"],
      log: "\(directory)/children.log")
    return Tree(parent: parent, server: server, node: node, children: children)
  }

  private func freePort() -> Int {
    let socket = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    defer { close(socket) }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = inet_addr("127.0.0.1")
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    withUnsafeMutablePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
        _ = bind(socket, address, length)
        _ = getsockname(socket, address, &length)
      }
    }
    return Int(UInt16(bigEndian: address.sin_port))
  }
}

/// Waits until `condition` holds; ends the benchmark when it does not in time.
func wait(_ what: String, seconds: Int = 60, until condition: () -> Bool) async throws {
  let limit = ContinuousClock.now + .seconds(seconds)
  while !condition() {
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
