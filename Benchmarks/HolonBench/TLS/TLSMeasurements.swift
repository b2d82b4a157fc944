import Foundation
import NIOPosix

/// What TLS costs, beside the same with nginx, in turns.
struct TLSMeasurements {
  let experiment: Experiment
  let nginx: Nginx
  let certificate: ServerCertificate
  let group: MultiThreadedEventLoopGroup
  let short: Bool

  /// How often each measurement is repeated.
  var rounds: Int { short ? 1 : 7 }

  init(experiment: Experiment, nginx: String, group: MultiThreadedEventLoopGroup, short: Bool) throws {
    self.experiment = experiment
    self.group = group
    self.short = short
    certificate = try ServerCertificate(in: experiment.directory)
    self.nginx = Nginx(program: nginx, directory: experiment.directory, certificate: certificate)
  }

  func all() async throws -> [String] {
    let before = MachineNoise()
    var lines = [
      "Clients and servers share the cores, so CPU of the server is what compares; rates say what came of it here. Each "
        + "figure is the median of \(rounds) rounds, in which the servers take turns, with the extremes in brackets.",
      "",
    ]
    lines += try await handshakes()
    lines += try await uploads()
    lines += try await tasks()
    lines += ["Noise: \(MachineNoise().text(since: before))", ""]
    return lines
  }
}

/// What else goes on on the machine, by the kernel's accounting.
struct MachineNoise {
  private let load = (try? String(contentsOfFile: "/proc/loadavg", encoding: .utf8)) ?? ""
  /// The first line of `/proc/stat`: user, nice, system, idle, iowait, irq, softirq, steal.
  private let ticks: [Double] =
    ((try? String(contentsOfFile: "/proc/stat", encoding: .utf8)) ?? "").prefix { $0 != "\n" }
    .split(separator: " ").dropFirst().prefix(8).compactMap { Double($0) }

  func text(since start: MachineNoise) -> String {
    let differences = zip(ticks, start.ticks).map { $0 - $1 }
    let total = differences.reduce(0, +)
    let stolen = differences.count == 8 && total > 0 ? differences[7] / total * 100 : 0
    return "load average \(start.average) before and \(average) after; \(rounded(stolen)) % of the CPU time was stolen "
      + "by other machines on the host."
  }

  private var average: String { load.split(separator: " ").first.map(String.init) ?? "unknown" }
}
