import Foundation
import HolonConfig
import Testing

@Suite("The configurations that come with the project")
struct ExampleTests {
  static let files: [String] = ["topology", "deploy"].flatMap { folder in
    let root = repository.appending(path: folder)
    let names = FileManager.default.enumerator(atPath: root.path)?.compactMap { $0 as? String } ?? []
    return names.filter { $0.hasSuffix(".yaml") }.map { "\(folder)/\($0)" }.sorted()
  }

  @Test("there are some")
  func some() {
    #expect(Self.files.count >= 7)
  }

  @Test("each loads, with the tokens it asks for", arguments: files)
  func loads(_ file: String) throws {
    try withTemporaryFolder(of: ["child-token", "uplink-token"]) { credentials in
      let path = repository.appending(path: file).path
      let text = try String(contentsOfFile: path, encoding: .utf8)
      let environment = [
        "HOLON_CHILD_TOKEN": "c", "HOLON_UPLINK_TOKEN": "u", "CREDENTIALS_DIRECTORY": credentials,
      ].filter { text.contains("${\($0.key)}") }
      let inputs = ConfigurationInputs(file: path, environment: environment)
      let loaded = try inputs.load()
      #expect(loaded.warnings.isEmpty, "\(loaded.warnings)")
      #expect(loaded.configuration.children.hasCredentials)
    }
  }

  private func withTemporaryFolder(of names: [String], _ body: (String) throws -> Void) throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "holon-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    for name in names {
      let file = folder.appending(path: name)
      try Data("\(name)\n".utf8).write(to: file)
      try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: file.path)
    }
    try body(folder.path)
  }
}
