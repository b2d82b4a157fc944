import Foundation
import Synchronization

/// What a process has used, by the kernel's accounting.
struct ProcessUsage {
  var cpuSeconds: Double
  var residentMiB: Double

  init?(of pid: Int32) {
    guard let cpuSeconds = Self.cpuSeconds(of: pid),
      let status = try? String(contentsOfFile: "/proc/\(pid)/status", encoding: .utf8)
    else { return nil }
    self.cpuSeconds = cpuSeconds
    let resident = status.split(separator: "\n").first { $0.hasPrefix("VmRSS:") }
    let kibibytes = resident?.split(whereSeparator: \.isWhitespace).dropFirst().first.flatMap { Double($0) }
    residentMiB = (kibibytes ?? 0) / 1024
  }

  /// User and system time of all its threads: what `/proc/PID/stat` says, in nanoseconds in place of ticks of 10 ms.
  private static func cpuSeconds(of pid: Int32) -> Double? {
    var clock = clockid_t()
    var time = timespec()
    guard clock_getcpuclockid(pid, &clock) == 0, clock_gettime(clock, &time) == 0 else { return nil }
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
  }
}

/// A program under measurement, ended with this one.
final class Subprocess {
  private static let running = Mutex<Set<Int32>>([])

  /// When the benchmark ends before its time.
  static func endAll() {
    for pid in running.withLock({ $0 }) { kill(pid, SIGKILL) }
  }

  private let process = Process()
  private let log: String

  init(_ program: String, _ arguments: [String], environment: [String: String] = [:], log: String) throws {
    self.log = log
    process.executableURL = URL(fileURLWithPath: program)
    process.arguments = arguments
    process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
    _ = FileManager.default.createFile(atPath: log, contents: nil)
    let output = FileHandle(forWritingAtPath: log)
    process.standardError = output
    process.standardOutput = output
    try process.run()
    Self.running.withLock { _ = $0.insert(pid) }
  }

  var pid: Int32 { process.processIdentifier }

  /// - Throws: what it wrote last, if it has ended.
  func mustRun() throws {
    guard !process.isRunning else { return }
    let written = (try? String(contentsOfFile: log, encoding: .utf8)) ?? ""
    throw BenchmarkFailure(
      "\(process.executableURL?.lastPathComponent ?? "a process") has ended: \(written.suffix(500))")
  }

  func usage() -> ProcessUsage? { ProcessUsage(of: pid) }

  /// At once: a drained node would first wait for its polls to end, and nothing here is worth keeping.
  func end() {
    kill(pid, SIGKILL)
    process.waitUntilExit()
    Self.running.withLock { _ = $0.remove(pid) }
  }
}
