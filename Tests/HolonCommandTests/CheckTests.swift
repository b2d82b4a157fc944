import Foundation
import Testing

@Suite("Checking the way to a parent")
struct CheckTests {
  /// What `holon check` says of a configuration with this uplink.
  private func check(_ uplink: String, settings: [String: String] = [:]) throws -> HolonCommand.Outcome {
    let folder = FileManager.default.temporaryDirectory.appending(path: "holon-check-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let file = folder.appending(path: "holon.yaml").path
    let text = """
      id: edge
      listen: [{ url: "http://127.0.0.1:0" }]
      uplinks: [{ \(uplink) }]
      journal: { path: \(folder.path)/holon.db }
      """
    try Data(text.utf8).write(to: URL(filePath: file))
    return try HolonCommand.run(["check", "--config", file], settings: settings)
  }

  @Test("a parent behind a proxy is asked for through it, its name is not looked up, and no password is told")
  func proxied() throws {
    let proxy = "socks5://ada:hunter2@127.0.0.1:1"
    for (uplink, settings) in [
      ("url: \"http://parent.invalid\", proxy: \"\(proxy)\"", [:]),
      ("url: \"http://parent.invalid\"", ["ALL_PROXY": proxy]),
    ] {
      let checked = try check(uplink, settings: settings)
      #expect(checked.status == 1)
      #expect(checked.output.contains("uplink parent.invalid: proxy"), "\(checked.output)")
      #expect(
        checked.output.contains(
          "cannot connect to parent.invalid through socks5://127.0.0.1:1: the connection was refused"))
      #expect(!checked.output.contains("uplink parent.invalid: name"))
      #expect(!"\(checked.output)\(checked.complaint)".contains("hunter2"))
    }
  }

  @Test("an onion service without a proxy is a fault of the configuration")
  func onion() throws {
    let checked = try check("url: \"http://abc.onion\"")
    #expect(checked.status == 64)
    #expect(checked.complaint.contains("uplinks[0].url: http://abc.onion is an onion service"), "\(checked.complaint)")
  }

  @Test("an interface that is not there is told of")
  func interface() throws {
    let checked = try check("url: \"http://127.0.0.1:1\", interface: nosuch0")
    #expect(checked.status == 1)
    #expect(checked.output.contains("there is no network interface nosuch0"), "\(checked.output)")
  }
}
