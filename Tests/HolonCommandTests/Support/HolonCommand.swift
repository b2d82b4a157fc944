import Foundation
import Synchronization
import Testing

/// The program itself, as it was built beside the tests.
enum HolonCommand {
  struct Outcome {
    var status: Int32
    var output: String
    var complaint: String
  }

  static var executable: URL {
    get throws {
      let folder = URL(fileURLWithPath: CommandLine.arguments[0]).resolvingSymlinksInPath().deletingLastPathComponent()
      let file = folder.appending(path: "holon")
      try #require(FileManager.default.isExecutableFile(atPath: file.path), "\(file.path) is not built")
      return file
    }
  }

  /// Without the caller's own `HOLON_…` settings.
  static func environment(_ settings: [String: String] = [:]) -> [String: String] {
    ProcessInfo.processInfo.environment.filter { !$0.key.hasPrefix("HOLON_") }.merging(settings) { $1 }
  }

  /// Runs a command to its end.
  static func run(_ arguments: String..., input: String? = nil) throws -> Outcome {
    try run(arguments, input: input)
  }

  /// Runs a command to its end.
  /// - Parameter settings: variables to set for it.
  static func run(
    _ arguments: [String], input: String? = nil, settings: [String: String] = [:]
  ) throws -> Outcome {
    let process = Process()
    process.executableURL = try executable
    process.arguments = arguments
    process.environment = environment(settings)
    let (output, complaint, source) = (Pipe(), Pipe(), Pipe())
    process.standardOutput = output
    process.standardError = complaint
    process.standardInput = source
    try process.run()
    source.fileHandleForWriting.write(Data((input ?? "").utf8))
    try source.fileHandleForWriting.close()
    let printed = output.fileHandleForReading.readDataToEndOfFile()
    let complained = complaint.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return Outcome(
      status: process.terminationStatus, output: String(decoding: printed, as: UTF8.self),
      complaint: String(decoding: complained, as: UTF8.self))
  }
}

/// A node that runs as a process of its own until it is stopped, or this goes.
final class RunningNode: Sendable {
  private let process: Mutex<Process>
  private let log: URL

  init(configuration: String, settings: [String: String] = [:], log: String) throws {
    self.log = URL(fileURLWithPath: log)
    try Data().write(to: self.log)
    let sink = try FileHandle(forWritingTo: self.log)
    let process = Process()
    process.executableURL = try HolonCommand.executable
    process.arguments = ["run", "--config", configuration]
    process.environment = HolonCommand.environment(settings)
    process.standardOutput = sink
    process.standardError = sink
    process.standardInput = FileHandle.nullDevice
    try process.run()
    self.process = Mutex(process)
  }

  deinit {
    process.withLock { process in
      guard process.isRunning else { return }
      kill(process.processIdentifier, SIGKILL)
      process.waitUntilExit()
    }
  }

  var isRunning: Bool { process.withLock(\.isRunning) }

  var logged: String { (try? String(contentsOf: log, encoding: .utf8)) ?? "" }

  /// Ends it at once, as a failure of the machine would.
  func kill9() {
    process.withLock { process in
      kill(process.processIdentifier, SIGKILL)
      process.waitUntilExit()
    }
  }
}
