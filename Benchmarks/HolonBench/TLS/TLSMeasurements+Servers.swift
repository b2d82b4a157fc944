import NIOPosix
import RXONTLS

/// The node and nginx as bare servers.
extension TLSMeasurements {
  private struct Connections {
    let name: String
    let kind: HandshakeLoad.Kind
    let version: TLSVersion
    /// In each round.
    let count: Int
  }

  private static let connections = [
    Connections(name: "plain", kind: .plain, version: .v13, count: 10_000),
    Connections(name: "TLS 1.3, full", kind: .full, version: .v13, count: 2_000),
    Connections(name: "TLS 1.3, resumed", kind: .resumed, version: .v13, count: 3_000),
    Connections(name: "TLS 1.2, full", kind: .full, version: .v12, count: 2_000),
    Connections(name: "TLS 1.2, resumed", kind: .resumed, version: .v12, count: 6_000),
  ]

  /// CPU for connections that are opened, and closed as soon as their handshake is over.
  func handshakes() async throws -> [String] {
    var lines = [
      "## TLS: connections", "", "\(HandshakeLoad.atOnce) at once, ECDSA with P-256, X25519, AES-256-GCM.", "",
      "| connection | Holon: CPU each | nginx: CPU each | Holon to nginx | Holon: per s | nginx: per s |",
      "| --- | --- | --- | --- | --- | --- |",
    ]
    for version in [TLSVersion.v13, .v12] {
      let pair = try await ContenderPair(self, newest: version)
      for connections in Self.connections where connections.version == version {
        let row = try await pair.compare(rounds: rounds) { server, use in
          let port = connections.kind == .plain ? server.plainPort : server.tlsPort
          let load = try HandshakeLoad(
            connections.kind, version: version, authority: certificate.authority, port: port, group: group)
          try await load.warmUp()
          let count = short ? connections.count / 20 : connections.count
          try await use(count) { try await load.run(count) }
        }
        lines.append(
          "| \(connections.name) | \(row.holon.cost.text("µs")) | \(row.nginx.cost.text("µs")) | \(row.ratio) "
            + "| \(rounded(row.holon.rate.median)) | \(rounded(row.nginx.rate.median)) |")
      }
      pair.end()
    }
    return lines + [""]
  }

  /// CPU for large bodies that come in, and are answered 404.
  func uploads() async throws -> [String] {
    var lines = [
      "## TLS: bodies of 1 MiB", "", "Posted over \(UploadLoad.atOnce) kept connections, AES-256-GCM.", "",
      "| link | Holon: CPU each | nginx: CPU each | Holon to nginx | Holon: MiB per CPU second | nginx |",
      "| --- | --- | --- | --- | --- | --- |",
    ]
    let count = short ? 40 : 800
    let context = try TLSClientContext(TLSClientOptions(trust: .file(certificate.authority)))
    let pair = try await ContenderPair(self, newest: .v13)
    for isPlain in [true, false] {
      let row = try await pair.compare(rounds: rounds) { server, use in
        let load = UploadLoad(
          port: isPlain ? server.plainPort : server.tlsPort, context: isPlain ? nil : context, group: group)
        try await use(count) { try await load.run(count) }
      }
      lines.append(
        "| \(isPlain ? "plain" : "TLS 1.3") | \(row.holon.cost.text("µs")) | \(row.nginx.cost.text("µs")) "
          + "| \(row.ratio) | \(rounded(1e6 / row.holon.cost.median)) | \(rounded(1e6 / row.nginx.cost.median)) |")
    }
    pair.end()
    return lines + [""]
  }
}

/// The node and nginx side by side.
private struct ContenderPair {
  let holon: Contender
  let nginx: Contender

  init(_ measurements: TLSMeasurements, newest: TLSVersion) async throws {
    holon = try await .holon(measurements.experiment, certificate: measurements.certificate, newest: newest)
    nginx = try await .nginx(measurements.nginx, newest: newest)
  }

  func end() {
    holon.process.end()
    nginx.process.end()
  }

  struct Row {
    var holon = ServerSeries()
    var nginx = ServerSeries()

    var ratio: String { rounded(holon.cost.median / nginx.cost.median, places: 2) }
  }

  typealias Use = (_ count: Int, _ load: () async throws -> Void) async throws -> Void

  /// Has both servers do the same in turns.
  /// - Parameter load: makes itself ready, and then measures by calling what it is given.
  func compare(rounds: Int, _ load: (Contender, Use) async throws -> Void) async throws -> Row {
    var row = Row()
    for _ in 0..<rounds {
      try await load(holon) { try await row.holon.add(holon, count: $0, $1) }
      try await load(nginx) { try await row.nginx.add(nginx, count: $0, $1) }
    }
    return row
  }
}

/// What one server took, a value for each round.
private struct ServerSeries {
  /// CPU of the server for each operation, in microseconds.
  var cost = Series()
  /// Operations a second.
  var rate = Series()

  /// - Parameter count: of operations in `load`.
  mutating func add(_ server: Contender, count: Int, _ load: () async throws -> Void) async throws {
    let (before, start) = (server.process.usage(), ContinuousClock.now)
    try await load()
    guard let before, let after = server.process.usage() else { throw BenchmarkFailure("a server has ended") }
    cost.append((after.cpuSeconds - before.cpuSeconds) / Double(count) * 1e6)
    rate.append(Double(count) / seconds(.now - start))
  }
}
