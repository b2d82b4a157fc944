import Foundation
import Synchronization

/// A program of another make at the other end of the wire: started, fed, and ended by its test.
final class Command: Sendable {
  private let process: Process
  private let input = Pipe()
  private let received = Mutex<[UInt8]>([])

  /// - Parameter environment: put over that of the tests.
  init(
    _ program: String, _ arguments: [String], folder: String = Credentials.shared.folder,
    environment: [String: String] = [:]
  ) throws {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = [program] + arguments
    process.currentDirectoryURL = URL(fileURLWithPath: folder)
    process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
    process.standardInput = input
    self.process = process
    let outputs = Pipe()
    process.standardOutput = outputs
    process.standardError = outputs
    outputs.fileHandleForReading.readabilityHandler = { [weak self] handle in
      let data = handle.availableData
      guard !data.isEmpty else {
        handle.readabilityHandler = nil
        return
      }
      self?.received.withLock { $0 += data }
    }
    try process.run()
  }

  /// What it wrote so far, errors included.
  var output: String { String(decoding: received.withLock { $0 }, as: UTF8.self) }

  var isRunning: Bool { process.isRunning }

  func type(_ text: String) throws {
    try input.fileHandleForWriting.write(contentsOf: Data(text.utf8))
  }

  func endInput() throws {
    try input.fileHandleForWriting.close()
  }

  @discardableResult
  func waitForExit() -> Int32 {
    process.waitUntilExit()
    return process.terminationStatus
  }

  /// Ends it and waits for that.
  func end() {
    if process.isRunning { process.terminate() }
    process.waitUntilExit()
  }
}
