import Foundation
import NIOCore
import NIOPosix

/// Measures one node between stub peers on loopback. See `scripts/bench`.
@main
struct HolonBench {
  static func main() async {
    raiseFileLimit()
    do {
      switch CommandLine.arguments.dropFirst().first {
      case "children":
        try await runChildren(Array(CommandLine.arguments.dropFirst(2)))
      case "run":
        let arguments = Array(CommandLine.arguments.dropFirst(2))
        try await experiment(arguments) { experiment, group in
          try await Measurements(experiment: experiment, group: group, short: arguments.contains("--short")).all()
        }
      case "soak":
        let arguments = Array(CommandLine.arguments.dropFirst(2))
        let minutes = arguments.count > 1 ? Double(arguments[1]) ?? 0 : 0
        guard minutes > 0 else { throw BenchmarkFailure("usage: holon-bench soak HOLON-BINARY MINUTES") }
        try await experiment(arguments) { experiment, group in
          try await Soak(experiment: experiment, group: group, minutes: minutes).run()
        }
      case "tls":
        let arguments = Array(CommandLine.arguments.dropFirst(2))
        guard arguments.count > 1 else {
          throw BenchmarkFailure("usage: holon-bench tls HOLON-BINARY NGINX-BINARY [--short]")
        }
        try await experiment(arguments) { experiment, group in
          try await TLSMeasurements(
            experiment: experiment, nginx: arguments[1], group: group, short: arguments.contains("--short")
          ).all()
        }
      default:
        throw BenchmarkFailure(
          "usage: holon-bench run HOLON-BINARY [--short] | tls HOLON-BINARY NGINX-BINARY [--short] "
            + "| soak HOLON-BINARY MINUTES")
      }
    } catch {
      FileHandle.standardError.write(Data("holon-bench: \(error)\n".utf8))
      exit(1)
    }
  }

  private static func runChildren(_ arguments: [String]) async throws {
    guard (4...5).contains(arguments.count), let count = Int(arguments[2]) else {
      throw BenchmarkFailure("usage: holon-bench children URL TOKEN COUNT PREFIX [AUTHORITY]")
    }
    try await StubChildren.run(
      url: arguments[0], token: arguments[1], count: count, prefix: arguments[3],
      authority: arguments.count > 4 ? arguments[4] : nil)
  }

  /// Prints what `body` reports of the binary that is named first.
  private static func experiment(
    _ arguments: [String], _ body: (Experiment, MultiThreadedEventLoopGroup) async throws -> [String]
  ) async throws {
    guard let holon = arguments.first else { throw BenchmarkFailure("name the holon binary") }
    let directory = NSTemporaryDirectory() + "holon-bench-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
    defer {
      Subprocess.endAll()
      try? FileManager.default.removeItem(atPath: directory)
    }
    let signals = [SIGINT, SIGTERM].map { Interruption($0, directory: directory) }
    defer { withExtendedLifetime(signals) {} }
    let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
    for line in try await body(Experiment(holon: holon, directory: directory), group) { print(line) }
    try await group.shutdownGracefully()
  }

  /// Thousands of connections need as many descriptors.
  private static func raiseFileLimit() {
    var limit = rlimit()
    guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return }
    limit.rlim_cur = limit.rlim_max
    _ = setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
  }
}
