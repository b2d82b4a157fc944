public import RXON

/// One address at which children dial in.
public struct ListenConfiguration: Sendable, Hashable {
  public var url: Endpoint
  /// Bytes of a request's body.
  public var maxBody: Int
  public var maxConnections: Int
  /// From one IPv4 address, or from one IPv6 network of 64 bits.
  public var maxConnectionsPerAddress: Int
  /// From the first byte of a request to the end of its headers.
  public var headerTimeout: Duration
  /// In each such span, the rest of a body or as much of it as the minimum rate asks for must come.
  public var bodyTimeout: Duration
  /// Bytes a second.
  public var minBodyRate: Int
  /// Without a byte in either direction, outside a long poll.
  public var idleTimeout: Duration
  public var compression: Compression
  /// Nil for plain connections.
  public var tls: ServerTLSConfiguration?

  /// Children may prove themselves by a certificate here.
  public var checksCertificates: Bool { tls.map { $0.clientCertificates != .none } ?? false }
}

extension ListenConfiguration {
  init?(reading section: SectionReader) {
    let url = section.required(
      "url", .listenedForChildren, "The address to listen on; port 0 takes a free one.")
    maxBody = section.value(
      "max_body", .size(in: 1 << 10...1 << 30), default: 8 << 20,
      "The largest request body, uncompressed; a larger one is answered 413.")
    maxConnections = section.value(
      "max_connections", .integer(in: 1...1_000_000), default: 10_000,
      "Connections at once; further ones are closed at once.")
    let perAddress = section.optional(
      "max_connections_per_address", .integer(in: 1...1_000_000), absent: "nine tenths of max_connections",
      "Connections at once from one address; further ones are answered 429, over TLS closed. An IPv6 address counts by its "
        + "first 64 bits.")
    maxConnectionsPerAddress = perAddress ?? max(1, maxConnections - maxConnections / 10)
    headerTimeout = section.value(
      "header_timeout", .duration(in: .milliseconds(100) ... .seconds(600)), default: .seconds(10),
      "The longest a request may take to send its headers.")
    bodyTimeout = section.value(
      "body_timeout", .duration(in: .milliseconds(100) ... .seconds(600)), default: .seconds(10),
      "In each such span the rest of a body must come, or as much of it as `min_body_rate` asks for.")
    minBodyRate = section.value(
      "min_body_rate", .size(in: 1...1 << 30), default: 1 << 10,
      "What must come of a body each second, over each `body_timeout`; a slower sender is answered 408.")
    idleTimeout = section.value(
      "idle_timeout", .duration(in: .seconds(1) ... .seconds(86_400)), default: .seconds(75),
      "A connection without traffic this long, outside a long poll, is closed.")
    compression = section.value(
      "compression", .word(), default: .lz4,
      "`lz4` exchanges bodies over 1 KiB as LZ4 frames with children that understand it; `off` does not.")
    let tls = section.optionalSection("tls")
    self.tls = tls.flatMap(ServerTLSConfiguration.init(reading:))
    guard let url else { return nil }
    section.match(url, tls: tls, remedy: "add tls: { certificate: PATH, key: PATH }")
    self.url = url
  }
}
