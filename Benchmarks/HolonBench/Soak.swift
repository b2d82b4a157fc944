import Foundation
import NIOPosix

/// A steady load for a long time: every task must come back, and memory must not keep growing.
struct Soak {
  let experiment: Experiment
  let group: MultiThreadedEventLoopGroup
  let minutes: Double
  /// Tasks a second; well below what the node can do, so that growth is not a queue's.
  let rate = 200

  /// - Throws: ``BenchmarkFailure`` when a task did not come back or memory grew.
  func run() async throws -> [String] {
    let tree = try await experiment.start(depth: 1, children: 32, payloadBytes: 512, group: group)
    try await wait("the children poll") { tree.parent.parkedPolls >= 30 }
    var lines = ["| minute | results | resident |", "| --- | --- | --- |"]
    var resident: [Double] = []
    var released = 0
    let started = ContinuousClock.now
    while ContinuousClock.now - started < .seconds(minutes * 60) {
      tree.parent.release(rate / 10)
      released += rate / 10
      try await Task.sleep(for: .milliseconds(100))
      guard released % (rate * 10) == 0, let usage = tree.node?.usage() else { continue }
      resident.append(usage.residentMiB)
      let minute = (ContinuousClock.now - started) / .seconds(60)
      lines.append(String(format: "| %.1f | %d | %.1f MiB |", minute, tree.parent.results, usage.residentMiB))
    }
    try await wait("all \(released) results are in") { tree.parent.results >= released }
    await tree.end()
    try expectNoGrowth(resident)
    return lines
  }

  /// Compares the end with the time after the warm-up.
  private func expectNoGrowth(_ resident: [Double]) throws {
    guard resident.count >= 8 else { return }
    let early = resident[resident.count / 4]
    let late = resident.suffix(resident.count / 4).min() ?? early
    guard late <= early * 1.25 + 4 else {
      throw BenchmarkFailure("resident memory grew from \(early) to \(late) MiB under a steady load")
    }
  }
}
