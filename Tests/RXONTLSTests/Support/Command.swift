import Foundation
import Synchronization

/// A program of another make at the other end of the wire: started, fed, and ended by its test.
final class Command: Sendable {
  private let process: Process
  private let input = Pipe()
  private let received = Mutex<[UInt8]>([])
  private let outputEnded = DispatchSemaphore(value: 0)

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
        self?.outputEnded.signal()
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

  /// Waits until it has ended and all it wrote is in ``output``.
  @discardableResult
  func waitForExit() async -> Int32 {
    await withCheckedContinuation { continuation in
      // A thread of its own: those of the tests are few.
      Thread.detachNewThread { continuation.resume(returning: self.waitBlocking()) }
    }
  }

  func waitBlocking() -> Int32 {
    process.waitUntilExit()
    if outputEnded.wait(timeout: .now() + 10) == .success { outputEnded.signal() }
    return process.terminationStatus
  }

  /// Ends it.
  func end() {
    if process.isRunning { process.terminate() }
  }
}
