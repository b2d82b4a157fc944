import Foundation

/// What a process has used, by the kernel's accounting.
struct ProcessUsage {
  var cpuSeconds: Double
  var residentMiB: Double

  init?(of pid: Int32) {
    guard
      let stat = try? String(contentsOfFile: "/proc/\(pid)/stat", encoding: .utf8),
      let status = try? String(contentsOfFile: "/proc/\(pid)/status", encoding: .utf8),
      let end = stat.lastIndex(of: ")")
    else { return nil }
    // The fields after the name, which may hold spaces: user and system time are the 12th and 13th of them.
    let fields = stat[stat.index(after: end)...].split(separator: " ")
    guard fields.count > 12, let user = Double(fields[11]), let system = Double(fields[12]) else { return nil }
    cpuSeconds = (user + system) / Double(sysconf(Int32(_SC_CLK_TCK)))
    let resident = status.split(separator: "\n").first { $0.hasPrefix("VmRSS:") }
    let kibibytes = resident?.split(whereSeparator: \.isWhitespace).dropFirst().first.flatMap { Double($0) }
    residentMiB = (kibibytes ?? 0) / 1024
  }
}

/// A program under measurement, ended with this one.
final class Subprocess {
  private let process = Process()

  init(_ program: String, _ arguments: [String], environment: [String: String] = [:], log: String) throws {
    process.executableURL = URL(fileURLWithPath: program)
    process.arguments = arguments
    process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
    _ = FileManager.default.createFile(atPath: log, contents: nil)
    let output = FileHandle(forWritingAtPath: log)
    process.standardError = output
    process.standardOutput = output
    try process.run()
  }

  var pid: Int32 { process.processIdentifier }

  func usage() -> ProcessUsage? { ProcessUsage(of: pid) }

  /// At once: a drained node would first wait for its polls to end, and nothing here is worth keeping.
  func end() {
    kill(pid, SIGKILL)
    process.waitUntilExit()
  }
}
