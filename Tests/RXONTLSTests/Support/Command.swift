import Foundation

/// A program of another make at the other end of the wire: started, fed, and ended by its test.
final class Command: Sendable {
  private let process: Process
  private let input = Pipe()
  private let outputFile: URL

  /// - Parameter environment: put over that of the tests.
  init(
    _ program: String, _ arguments: [String], folder: String = Credentials.shared.folder,
    environment: [String: String] = [:]
  ) throws {
    // A file, not a pipe: the end of a pipe is seen late when other programs were started at the same time.
    outputFile = URL(fileURLWithPath: folder).appendingPathComponent("output-" + UUID().uuidString)
    guard FileManager.default.createFile(atPath: outputFile.path, contents: nil) else { throw NoOutputFile() }
    let output = try FileHandle(forWritingTo: outputFile)
    defer { try? output.close() }
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = [program] + arguments
    process.currentDirectoryURL = URL(fileURLWithPath: folder)
    process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
    process.standardInput = input
    process.standardOutput = output
    process.standardError = output
    self.process = process
    try process.run()
  }

  struct NoOutputFile: Error {}

  /// What it wrote so far, errors included.
  var output: String {
    guard let file = try? FileHandle(forReadingFrom: outputFile) else { return "" }
    defer { try? file.close() }
    return String(decoding: (try? file.readToEnd()) ?? Data(), as: UTF8.self)
  }

  func type(_ text: String) throws {
    try input.fileHandleForWriting.write(contentsOf: Data(text.utf8))
  }

  /// Waits until it has ended; ends it when that takes more than twenty seconds.
  @discardableResult
  func waitForExit() async -> Int32 {
    let timeLimit = Task { [weak self] in
      try await Task.sleep(for: .seconds(20))
      self?.end()
    }
    defer { timeLimit.cancel() }
    return await withCheckedContinuation { continuation in
      // A thread of its own: those of the tests are few.
      Thread.detachNewThread { continuation.resume(returning: self.waitBlocking()) }
    }
  }

  func waitBlocking() -> Int32 {
    process.waitUntilExit()
    return process.terminationStatus
  }

  /// Ends it. Not by SIGTERM: that is blocked in the threads of the tests, and so in what they start.
  func end() {
    if process.isRunning { kill(process.processIdentifier, SIGKILL) }
  }
}
