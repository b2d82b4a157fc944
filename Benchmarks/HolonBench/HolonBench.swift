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
      case "wire-child":
        try await runWireChild(Array(CommandLine.arguments.dropFirst(2)))
      case "shaped-link":
        try await runShapedLink(Array(CommandLine.arguments.dropFirst(2)))
      case "wires":
        let arguments = Array(CommandLine.arguments.dropFirst(2))
        let wires = try arguments.filter { $0 != "--short" }.map(measuredWire)
        try await report { directory, group in
          try await WireMeasurements(
            directory: directory, group: group, short: arguments.contains("--short"),
            wires: wires.isEmpty ? MeasuredWire.all : wires
          ).all()
        }
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
            + "| wires [WIRE…] [--short] | soak HOLON-BINARY MINUTES")
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

  private static func runWireChild(_ arguments: [String]) async throws {
    guard arguments.count == 4, let port = Int(arguments[1]) else {
      throw BenchmarkFailure("usage: holon-bench wire-child WIRE PORT TOKEN AUTHORITY")
    }
    try await WireChild(
      measuredWire(arguments[0]), port: port, token: arguments[2], authority: arguments[3]
    ).run()
  }

  private static func measuredWire(_ name: String) throws -> MeasuredWire {
    guard let wire = MeasuredWire.all.first(where: { $0.id == name }) else {
      let names = MeasuredWire.all.map(\.id).joined(separator: ", ")
      throw BenchmarkFailure("no wire '\(name)' here; there are \(names)")
    }
    return wire
  }

  private static func runShapedLink(_ arguments: [String]) async throws {
    let numbers = arguments.compactMap { Int($0) }
    guard arguments.count == 4, numbers.count == 4 else {
      throw BenchmarkFailure("usage: holon-bench shaped-link PORT TARGET-PORT DELAY-NANOSECONDS BYTES-PER-SECOND")
    }
    let link = ShapedLink(delay: .nanoseconds(Int64(numbers[2])), bytesPerSecond: numbers[3] > 0 ? numbers[3] : nil)
    try await link.run(port: numbers[0], to: numbers[1])
  }

  /// Prints what `body` reports of the node's binary that is named first.
  private static func experiment(
    _ arguments: [String], _ body: (Experiment, MultiThreadedEventLoopGroup) async throws -> [String]
  ) async throws {
    guard let holon = arguments.first else { throw BenchmarkFailure("name the holon binary") }
    try await report { directory, group in try await body(Experiment(holon: holon, directory: directory), group) }
  }

  /// Prints what `body` reports, and leaves nothing of it behind.
  private static func report(
    _ body: (_ directory: String, MultiThreadedEventLoopGroup) async throws -> [String]
  ) async throws {
    let directory = NSTemporaryDirectory() + "holon-bench-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
    defer {
      Subprocess.endAll()
      try? FileManager.default.removeItem(atPath: directory)
    }
    let signals = [SIGINT, SIGTERM].map { Interruption($0, directory: directory) }
    defer { withExtendedLifetime(signals) {} }
    let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
    for line in try await body(directory, group) { print(line) }
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
