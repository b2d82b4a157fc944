import Glibc
import RXONHTTP

/// Where a person's commands reach a running node: HTTP over a socket in the file system, which only the node's own user
/// may use. Not a TCP port, which whatever runs on the machine could reach, browsers included.
public struct ControlSocket {
  private let path: String
  private let server: HTTPServer

  /// The socket's path: beside the journal of the node, since every command that changes something finds that.
  public static func path(journal: String) -> String {
    journal + suffix
  }

  public static let suffix = ".control"
  /// In bytes; an address in the file system has room for no more (unix(7)).
  public static let longestPath = 107

  /// - Throws: ``HTTPServerError`` when the socket cannot be made there.
  static func open(for node: HolonNode, journal: String) async throws -> ControlSocket {
    var limits = HTTPServerLimits()
    limits.bodySize = 4096
    limits.connections = 32
    let path = path(journal: journal)
    let server = HTTPServer(
      address: .unixDomainSocket(path: path), group: node.loop, limits: limits,
      responder: ControlResponder(node: node))
    try await server.start()
    return ControlSocket(path: path, server: server)
  }

  /// To be called while the node holds its journal, so that the file is not a successor's.
  func close() async {
    await server.stop(grace: .milliseconds(200))
    unlink(path)
  }
}
