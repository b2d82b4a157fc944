import Foundation
import Testing

@Suite("The page on security")
struct SecurityPageTests {
  private struct Reference: CustomStringConvertible {
    var file: String
    /// A Swift test's title, or a Python test's function.
    var test: String

    var description: String { "\(file): \(test)" }
  }

  @Test("docs/security.md names tests that exist, for every attack")
  func namesTests() throws {
    let files = try testFiles()
    let rows = try attackRows()
    #expect(rows.count > 30)
    for row in rows {
      let references = Self.references(in: row)
      #expect(!references.isEmpty, "no test is named in: \(row)")
      for reference in references {
        let texts = files[reference.file] ?? []
        #expect(texts.contains { $0.contains(reference.test) }, "there is no test \(reference)")
      }
    }
  }

  private func attackRows() throws -> [String] {
    let page = try String(contentsOf: repository.appending(path: "docs/security.md"), encoding: .utf8)
    let table = page.components(separatedBy: "| attack |").last?.components(separatedBy: "\n\n").first ?? ""
    return table.split(separator: "\n").dropFirst(2).map(String.init)
  }

  /// `File.swift`: title; `file.py`: function
  private static func references(in row: String) -> [Reference] {
    let cell = row.components(separatedBy: " | ").last?.replacing(" |", with: "") ?? ""
    return cell.components(separatedBy: "; `").compactMap { item in
      let parts = item.components(separatedBy: "`: ")
      let file = parts[0].replacing("`", with: "")
      return file.hasSuffix(".swift") || file.hasSuffix(".py")
        ? Reference(file: file, test: parts.count > 1 ? parts[1] : "def test_") : nil
    }
  }

  private func testFiles() throws -> [String: [String]] {
    let root = repository.appending(path: "Tests")
    let names = FileManager.default.enumerator(atPath: root.path)?.compactMap { $0 as? String } ?? []
    return try names.filter { $0.hasSuffix(".swift") || $0.hasSuffix(".py") }.reduce(into: [:]) { files, name in
      let text = try String(contentsOf: root.appending(path: name), encoding: .utf8)
      files[URL(filePath: name).lastPathComponent, default: []].append(text)
    }
  }
}
