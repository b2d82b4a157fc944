import Foundation
import HolonPKI
import RXON
import TestSupport
import Testing

/// A folder with an authority and a node that serves it, all made by the commands.
final class Region: Sendable {
  let folder: String
  let uplinkPort = FreePort.find()
  let enrolmentPort = FreePort.find()
  let statusPort = FreePort.find()
  let edgeStatusPort = FreePort.find()

  /// - Parameters:
  ///   - certificateLife: of the nodes that join.
  ///   - clientCertificates: what the listener asks of children.
  init(certificateLife: String = "90d", clientCertificates: String = "required") throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "holon-join-\(UUID().uuidString)").path
    self.folder = folder
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    let made = try HolonCommand.run("pki", "init", "--folder", "\(folder)/pki")
    try #require(made.status == 0, "\(made.complaint)")
    let issued = try HolonCommand.run(
      "pki", "issue", "--folder", "\(folder)/pki", "--id", "region", "--ip", "127.0.0.1", "--out", folder)
    try #require(issued.status == 0, "\(issued.complaint)")
    try """
    id: region
    listen:
      - url: https://127.0.0.1:\(uplinkPort)
        tls:
          certificate: \(folder)/region.pem
          key: \(folder)/region.key
          client_ca: \(folder)/pki/ca.pem
          crl: \(folder)/pki/crl.pem
          client_certificates: \(clientCertificates)
    pki:
      folder: \(folder)/pki
      url: https://127.0.0.1:\(enrolmentPort)
      uplink: https://127.0.0.1:\(uplinkPort)
      certificate_life: \(certificateLife)
    journal: { path: \(folder)/region.db }
    status: { url: http://127.0.0.1:\(statusPort) }
    """.write(toFile: "\(folder)/region.yaml", atomically: true, encoding: .utf8)
  }

  deinit {
    try? FileManager.default.removeItem(atPath: folder)
  }

  var url: String { "https://127.0.0.1:\(enrolmentPort)" }
  var authority: AuthorityFolder { AuthorityFolder("\(folder)/pki") }

  func file(_ name: String) -> String { "\(folder)/\(name)" }

  /// - Parameter settings: by their variables, over those of the file.
  func start(_ settings: [String: String] = [:]) async throws -> RunningNode {
    let node = try RunningNode(
      configuration: "\(folder)/region.yaml", settings: settings, log: "\(folder)/region.log")
    try await eventually("the region's node is ready") {
      try #require(node.isRunning, "\(node.logged)")
      return try await status(at: statusPort) != nil
    }
    return node
  }

  /// - Returns: the join string.
  /// - Parameter enrolment: where to join, if not at the region's own address.
  func invite(_ id: String = "edge-7", expires: String = "1h", enrolment: String? = nil) throws -> String {
    let invited = try HolonCommand.run(
      "pki", "invite", "--folder", "\(folder)/pki", "--id", id, "--url", enrolment ?? url, "--expires", expires)
    try #require(invited.status == 0, "\(invited.complaint)")
    return invited.output.trimmingCharacters(in: .whitespacesAndNewlines)
  }

  /// Runs the node that joined.
  /// - Parameter settings: further variables for it.
  func startEdge(_ name: String = "edge", settings: [String: String] = [:]) throws -> RunningNode {
    let ownSettings = [
      "HOLON_STATUS_URL": "http://127.0.0.1:\(edgeStatusPort)", "HOLON_UPLINKS_0_HEARTBEAT": "2s",
      "HOLON_LISTEN_0_URL": "http://127.0.0.1:0",
    ]
    return try RunningNode(
      configuration: "\(folder)/\(name)/config.yaml", settings: ownSettings.merging(settings) { $1 },
      log: "\(folder)/\(name).log")
  }

  /// A node's status; nil while it does not answer.
  func status(at port: Int) async throws -> RawJSON? {
    let outcome = try HolonCommand.run("status", "--url", "http://127.0.0.1:\(port)", "--json")
    guard outcome.status == 0 else { return nil }
    return try RawJSON(validating: outcome.output.trimmingCharacters(in: .newlines))
  }

  /// The ids of the children that the region's node is connected to.
  func children() async throws -> [String] {
    let children = try await status(at: statusPort)?["children"]?.elements ?? []
    return children.filter { $0["connected"]?.boolValue == true }.compactMap { $0["id"]?.stringValue }
  }

  func edgeCounter(_ name: String) async throws -> Int {
    try await status(at: edgeStatusPort)?["counters"]?[name]?.integerValue ?? 0
  }
}

func mode(of path: String) throws -> Int {
  try #require(try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int)
}

func text(of path: String) throws -> String {
  try String(contentsOfFile: path, encoding: .utf8)
}
