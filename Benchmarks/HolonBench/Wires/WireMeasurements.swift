import Foundation
import NIOPosix
import RXON
import RXONHTTP

/// What each wire costs by itself: a listener with a handler that only hands out tasks, a transport that only answers
/// them, and a link between the two.
struct WireMeasurements {
  private let directory: String
  private let group: MultiThreadedEventLoopGroup
  private let short: Bool
  private let wires: [MeasuredWire]
  private let certificate: ServerCertificate

  /// - Parameter directory: for logs and the certificate of encrypted wires.
  init(directory: String, group: MultiThreadedEventLoopGroup, short: Bool, wires: [MeasuredWire]) throws {
    self.directory = directory
    self.group = group
    self.short = short
    self.wires = wires
    certificate = try ServerCertificate(in: directory)
  }

  func all() async throws -> [String] {
    var lines = ["## Wires", ""]
    for (name, link, tasks) in [
      ("loopback", ShapedLink.loopback, short ? 2_000 : 30_000),
      ("a link of 20 ms and 10 Mbit/s", ShapedLink.narrow, short ? 200 : 3_000),
    ] {
      for records in [1, 24] {
        let payloads = WirePayload.all(records: records)
        let bytes = payloads.map(\.count).reduce(0, +) / payloads.count
        lines += ["### Over \(name), each task and each result \(bytes) bytes of JSON", ""]
        lines += try await table(over: link, tasks: tasks, payloads: payloads) + [""]
      }
    }
    return lines
  }

  private func table(over link: ShapedLink, tasks: Int, payloads: [RawJSON]) async throws -> [String] {
    var lines = [
      "| wire | tasks/s | CPU per task, both ends | tasks per CPU second, to plain http(s) | bytes per task | task out, result back: p50 |",
      "| --- | --- | --- | --- | --- | --- |",
    ]
    // Of plain http and of plain https.
    var plain: [Bool: Double] = [:]
    for wire in wires {
      let figures = try await measure(wire, over: link, tasks: tasks, WireParent(payloads: payloads))
      if wire.extras == .plain { plain[wire.scheme.isSecure] = figures.cpuSeconds }
      lines.append(figures.row(wire.name, plain: plain[wire.scheme.isSecure]))
    }
    return lines
  }

  private struct Figures {
    var rate: Double
    var cpuSeconds: Double
    var bytes: Double
    var latency: Double

    func row(_ name: String, plain: Double?) -> String {
      let ratio = plain.map { rounded($0 / cpuSeconds, places: 2) } ?? "–"
      return "| \(name) | \(rounded(rate)) | \(rounded(cpuSeconds * 1e6)) µs | \(ratio) "
        + "| \(rounded(bytes)) | \(milliseconds(latency)) |"
    }
  }

  private func measure(
    _ wire: MeasuredWire, over link: ShapedLink, tasks: Int, _ parent: WireParent
  ) async throws -> Figures {
    let listener = try wire.makeListener(certificate, group: group)
    let port = try Endpoint(try await listener.start(handler: parent)).port ?? 0
    let relay = try RelayProcess(link, to: port, directory: directory)
    let child = try Subprocess(
      CommandLine.arguments[0],
      ["wire-child", wire.id, "\(relay.port)", Experiment.token, certificate.authority],
      log: "\(directory)/wire-child.log")
    try await wait("the child polls over \(wire.name)") { try isFullyParked(parent, child) }
    try await run(tasks / 10, parent, child)

    parent.reset()
    let (cpuBefore, bytesBefore) = (cpuSeconds(child), try relay.bytes())
    try await run(tasks, parent, child)
    let (cpuAfter, bytesAfter) = (cpuSeconds(child), try relay.bytes())
    let elapsed = seconds(parent.elapsed ?? .zero)

    let latency = try await latency(parent, child)
    child.end()
    relay.end()
    await listener.stop(grace: .zero)
    return Figures(
      rate: Double(tasks) / elapsed, cpuSeconds: (cpuAfter - cpuBefore) / Double(tasks),
      bytes: Double(bytesAfter - bytesBefore) / Double(tasks), latency: latency)
  }

  private func run(_ tasks: Int, _ parent: WireParent, _ child: Subprocess) async throws {
    parent.reset()
    parent.release(tasks)
    try await wait("all results are in", seconds: 600) {
      try child.mustRun()
      return parent.results >= tasks
    }
    try await wait("the child polls again") { try isFullyParked(parent, child) }
  }

  /// One task at a time.
  private func latency(_ parent: WireParent, _ child: Subprocess) async throws -> Double {
    parent.reset()
    let tasks = short ? 50 : 300
    for number in 1...tasks {
      parent.release(1)
      try await wait("the result is in") {
        try child.mustRun()
        return parent.results >= number
      }
    }
    let sorted = parent.roundTrips.map { seconds($0) * 1e3 }.sorted()
    return sorted[sorted.count / 2]
  }

  private func isFullyParked(_ parent: WireParent, _ child: Subprocess) throws -> Bool {
    try child.mustRun()
    return parent.parkedPolls >= WireChild.window
  }

  /// Of both ends.
  private func cpuSeconds(_ child: Subprocess) -> Double {
    let own = ProcessUsage(of: ProcessInfo.processInfo.processIdentifier)?.cpuSeconds ?? 0
    return own + (child.usage()?.cpuSeconds ?? 0)
  }
}
