import Foundation
import NIOPosix

/// What the benchmark measures, each as lines of a report.
struct Measurements {
  let experiment: Experiment
  let group: MultiThreadedEventLoopGroup
  let short: Bool

  func all() async throws -> [String] {
    var lines: [String] = []
    lines += try await throughput()
    lines += try await latency()
    lines += try await memory()
    return lines
  }

  /// Tasks per second and CPU per task, every result durable, with as many children as keep the node busy.
  private func throughput() async throws -> [String] {
    let tasks = short ? 5_000 : 50_000
    var lines = [
      "## Throughput", "", "| tree | tasks/s | node CPU per task | tasks/s per core |", "| --- | --- | --- | --- |",
    ]
    for depth in [0, 1] {
      let tree = try await experiment.start(depth: depth, children: 64, payloadBytes: 512, group: group)
      try await wait("the children poll") { tree.parent.parkedPolls >= (depth == 0 ? 64 : 60) }
      tree.parent.release(short ? 500 : 5_000)
      try await wait("the warm-up is over") { tree.parent.results >= (short ? 500 : 5_000) }
      tree.parent.reset()
      let before = tree.node?.usage()
      tree.parent.release(tasks)
      try await wait("all results are in", seconds: 300) { tree.parent.results >= tasks }
      let after = tree.node?.usage()
      let rate = Double(tasks) / seconds(tree.parent.elapsed ?? .zero)
      if let before, let after {
        let cost = (after.cpuSeconds - before.cpuSeconds) / Double(tasks)
        lines.append(
          "| through a Holon | \(rounded(rate)) | \(rounded(cost * 1e6)) µs | \(rounded(1 / cost)) |")
      } else {
        lines.append("| children dial the parent | \(rounded(rate)) | – | – |")
      }
      await tree.end()
    }
    return lines + [""]
  }

  /// Time from a task's leaving the parent to its result's arrival, one task at a time, and what a hop adds.
  private func latency() async throws -> [String] {
    let tasks = short ? 300 : 3_000
    var lines = ["## Latency, unloaded", "", "| tree | p50 | p99 |", "| --- | --- | --- |"]
    var quantiles: [[Double]] = []
    for depth in [0, 1] {
      let tree = try await experiment.start(depth: depth, children: 4, payloadBytes: 512, group: group)
      try await wait("the children poll") { tree.parent.parkedPolls >= 4 }
      for number in 1...tasks {
        tree.parent.release(1)
        try await wait("the result is in") { tree.parent.results >= number }
        try await Task.sleep(for: .milliseconds(2))
      }
      let sorted = tree.parent.roundTrips.map { seconds($0) * 1e3 }.sorted()
      quantiles.append([0.5, 0.99].map { sorted[Int(Double(sorted.count - 1) * $0)] })
      await tree.end()
    }
    for (name, values) in zip(["children dial the parent", "through a Holon"], quantiles) {
      lines.append("| \(name) | \(milliseconds(values[0])) | \(milliseconds(values[1])) |")
    }
    let added = zip(quantiles[1], quantiles[0]).map { milliseconds($0 - $1) }
    lines.append("| **added** | \(added[0]) | \(added[1]) |")
    return lines + [""]
  }

  /// Resident memory of an idle node, and of one with many parked polls.
  private func memory() async throws -> [String] {
    var lines = ["## Memory", "", "| node | resident |", "| --- | --- |"]
    for count in [1, short ? 1_000 : 5_000] {
      let tree = try await experiment.start(depth: 1, children: count, payloadBytes: 512, group: group)
      let before = tree.parent.parkedPolls
      try await wait("the node polls", seconds: 120) { tree.parent.parkedPolls > before }
      try await wait("the children poll", seconds: 120) { openSockets(of: tree.node) >= count }
      try await Task.sleep(for: .seconds(2))
      if let usage = tree.node?.usage() {
        let name = count == 1 ? "idle, one child" : "\(count) parked polls"
        lines.append("| \(name) | \(rounded(usage.residentMiB)) MiB |")
      }
      await tree.end()
    }
    return lines + [""]
  }

  private func openSockets(of node: Subprocess?) -> Int {
    guard let node else { return 0 }
    return (try? FileManager.default.contentsOfDirectory(atPath: "/proc/\(node.pid)/fd").count) ?? 0
  }
}
