import Foundation
import NIOCore

/// A ``ShapedLink`` in a process of its own, so that it does not count among what is measured.
final class RelayProcess {
  let port: Int
  private let process = Process()
  private let questions = Pipe()
  private let answers = Pipe()

  init(_ link: ShapedLink, to target: Int, directory: String) throws {
    port = freePort()
    process.executableURL = URL(fileURLWithPath: CommandLine.arguments[0])
    process.arguments = [
      "shaped-link", "\(port)", "\(target)", "\(link.delay.nanoseconds)", "\(link.bytesPerSecond ?? 0)",
    ]
    process.standardInput = questions
    process.standardOutput = answers
    try process.run()
    _ = try bytes()
  }

  /// That have passed so far, both ways together. The relay's first answer also says that it listens.
  func bytes() throws -> Int {
    try questions.fileHandleForWriting.write(contentsOf: Data("?\n".utf8))
    var line = Data()
    while let byte = try answers.fileHandleForReading.read(upToCount: 1), !byte.isEmpty, byte.first != 10 {
      line += byte
    }
    guard let count = Int(String(decoding: line, as: UTF8.self)) else {
      throw BenchmarkFailure("the relay between the ends has ended")
    }
    return count
  }

  /// At once: it has nothing to bring to an end.
  func end() {
    kill(process.processIdentifier, SIGKILL)
    process.waitUntilExit()
  }
}
