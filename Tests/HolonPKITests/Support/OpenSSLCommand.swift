import Foundation
import HolonPKI
import Testing

/// The system's `openssl`, as an opinion that is not ours.
enum OpenSSLCommand {
  struct Outcome {
    var status: Int32
    /// Both streams.
    var text: String
  }

  static func run(_ arguments: String...) throws -> Outcome {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = ["openssl"] + arguments
    let output = Pipe()
    process.standardOutput = output
    process.standardError = output
    process.standardInput = FileHandle.nullDevice
    try process.run()
    let bytes = output.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return Outcome(status: process.terminationStatus, text: String(decoding: bytes, as: UTF8.self))
  }
}

/// A folder that goes with its last reference.
final class Scratch: Sendable {
  let path: String

  init() throws {
    let url = FileManager.default.temporaryDirectory.appending(path: "holon-pki-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    path = url.path
  }

  deinit {
    try? FileManager.default.removeItem(atPath: path)
  }

  func file(_ name: String) -> String { "\(path)/\(name)" }

  func write(_ text: String, to name: String) throws -> String {
    try Data(text.utf8).write(to: URL(fileURLWithPath: file(name)))
    return file(name)
  }
}

func mode(of path: String) throws -> Int {
  try #require(try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int)
}

/// All files below a folder, with their contents.
func contents(below folder: String) throws -> [String: String] {
  var found: [String: String] = [:]
  for name in try FileManager.default.subpathsOfDirectory(atPath: folder) {
    var isFolder: ObjCBool = false
    let path = "\(folder)/\(name)"
    guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder), !isFolder.boolValue else { continue }
    found[name] = try String(contentsOfFile: path, encoding: .utf8)
  }
  return found
}

func now() -> Int { Int(Date().timeIntervalSince1970) }

/// Runs `body`, which must fail so.
func expectFailure(
  _ kind: PKIFailure.Kind, _ words: String, sourceLocation: SourceLocation = #_sourceLocation,
  _ body: () throws -> Void
) {
  let failure = #expect(throws: PKIFailure.self, sourceLocation: sourceLocation) { try body() }
  #expect(failure?.kind == kind, sourceLocation: sourceLocation)
  #expect(failure?.message.contains(words) == true, "\(failure?.message ?? "")", sourceLocation: sourceLocation)
}
