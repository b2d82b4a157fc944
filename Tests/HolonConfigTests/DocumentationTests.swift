import Foundation
import HolonConfig
import Testing

@Suite("The reference of the configuration")
struct DocumentationTests {
  @Test("docs/configuration.md describes every key as the program knows it")
  func everyKey() throws {
    let lines = try Set(
      String(contentsOf: repository.appending(path: "docs/configuration.md"), encoding: .utf8)
        .split(separator: "\n").map(String.init))
    for key in KeyDescription.all {
      #expect(lines.contains(key.row), "docs/configuration.md lacks this line:\n\(key.row)")
    }
  }

  @Test("docs/configuration.md describes no other keys")
  func noOtherKeys() throws {
    let rows = try String(contentsOf: repository.appending(path: "docs/configuration.md"), encoding: .utf8)
      .split(separator: "\n").filter { $0.contains("| `HOLON_") }
    #expect(rows.count == KeyDescription.all.count)
  }

  @Test("no key is described twice, and each flag sets a key")
  func consistent() {
    let keys = KeyDescription.all.map(\.key)
    #expect(Set(keys).count == keys.count)
    #expect(Set(ConfigurationFlag.byKey.keys).isSubset(of: keys))
  }
}

extension KeyDescription {
  /// The key's line in the reference.
  fileprivate var row: String {
    let kindCell = allowed.isEmpty ? kind : "\(kind): \(allowed)"
    let flagText = flag.map { ", `\($0)`" } ?? ""
    let isWords = defaultValue.contains(" ") || ["required", "none"].contains(defaultValue)
    let defaultCell = isWords ? defaultValue : "`\(defaultValue)`"
    let cells = ["`\(key)`", kindCell, defaultCell, isSecret ? "yes" : "no", summary, "`\(variable)`\(flagText)"]
    return "| \(cells.joined(separator: " | ")) |"
  }
}
