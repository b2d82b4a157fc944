import Foundation
import Testing

@Suite("The promise of RXON to import nothing")
struct DependencyTests {
  @Test("sources of RXON import the standard library's own modules only")
  func imports() throws {
    let package = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    let sources = package.appendingPathComponent("Sources/RXON").resolvingSymlinksInPath()
    let files = try #require(FileManager.default.enumerator(at: sources, includingPropertiesForKeys: nil))
    var seen = 0
    for case let file as URL in files where file.pathExtension == "swift" {
      seen += 1
      let text = try String(contentsOf: file, encoding: .utf8)
      let imports = text.split(separator: "\n").filter { $0.hasPrefix("import ") || $0.hasPrefix("public import ") }
      #expect(imports.allSatisfy { $0 == "import Synchronization" }, "\(file.lastPathComponent): \(imports)")
    }
    #expect(seen > 20)
  }
}
