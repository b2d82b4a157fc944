import Foundation
import FuzzHarnesses
import Testing

@Suite("Fuzzing: the kept inputs")
struct CorpusTests {
  static let fuzzing = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().appendingPathComponent("Fuzzing")

  @Test("every property holds for the corpus", arguments: Harness.all.map(\.name))
  func corpus(name: String) throws {
    let inputs = try inputs(of: name, in: "corpus")
    #expect(!inputs.isEmpty)
    try run(name, inputs)
  }

  @Test("every property holds for what once broke one", arguments: Harness.all.map(\.name))
  func crashers(name: String) throws {
    try run(name, inputs(of: name, in: "crashers"))
  }

  @Test("every folder of kept inputs belongs to a harness", arguments: ["corpus", "crashers"])
  func folders(kind: String) throws {
    let folder = Self.fuzzing.appendingPathComponent(kind)
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
    #expect(Set(names).subtracting(Harness.all.map(\.name)) == [])
  }

  private func run(_ name: String, _ inputs: [(file: String, bytes: [UInt8])]) throws {
    let harness = try #require(Harness.named(name))
    for input in inputs {
      #expect(throws: Never.self, "\(input.file)") { try harness.run(input.bytes) }
    }
  }

  private func inputs(of name: String, in kind: String) throws -> [(file: String, bytes: [UInt8])] {
    let folder = Self.fuzzing.appendingPathComponent("\(kind)/\(name)")
    let files = (try? FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)) ?? []
    return try files.map { ($0.lastPathComponent, Array(try Data(contentsOf: $0))) }
  }
}
