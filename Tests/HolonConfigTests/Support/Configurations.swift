import Foundation
import HolonConfig
import Testing

/// Loads a configuration from YAML text, by way of a file of its own that is removed again.
func load(
  _ yaml: String, environment: [String: String] = [:], flags: [ConfigurationFlag] = []
) throws -> LoadedConfiguration {
  try withTemporaryFile(yaml) { path in
    try ConfigurationInputs(file: path, environment: environment, flags: flags).load()
  }
}

/// The faults of a YAML text that must not load, without the name of its file: `2: unknown key …`.
func faults(
  of yaml: String, environment: [String: String] = [:], flags: [ConfigurationFlag] = []
) throws -> [String] {
  try withTemporaryFile(yaml) { path in
    do {
      _ = try ConfigurationInputs(file: path, environment: environment, flags: flags).load()
      Issue.record("the configuration loaded")
      return []
    } catch let invalid as InvalidConfiguration {
      return invalid.faults.map { $0.description.replacing("\(path):", with: "") }
    }
  }
}

func withTemporaryFile<Result>(_ text: String, _ body: (String) throws -> Result) throws -> Result {
  let url = FileManager.default.temporaryDirectory.appending(path: "holon-\(UUID().uuidString).yaml")
  try Data(text.utf8).write(to: url)
  try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: url.path)
  defer { try? FileManager.default.removeItem(at: url) }
  return try body(url.path)
}

/// The root of the repository.
let repository = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
  .deletingLastPathComponent().deletingLastPathComponent()

/// The smallest configuration, to which tests add.
let minimal = """
  id: edge-1
  listen: [{ url: "http://127.0.0.1:8700" }]

  """
