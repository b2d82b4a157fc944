public import RXON

/// One address at which children dial in.
public struct ListenConfiguration: Sendable, Hashable {
  public var url: Endpoint
  /// Bytes of a request's body.
  public var maxBody: Int
  public var maxConnections: Int
  /// From the first byte of a request to the end of its headers.
  public var headerTimeout: Duration
  /// Without a byte in either direction, outside a long poll.
  public var idleTimeout: Duration
  /// Nil for plain connections.
  public var tls: ServerTLSConfiguration?
}

extension ListenConfiguration {
  init?(reading section: SectionReader) {
    let url = section.required(
      "url", .listened, "The address to listen on; port 0 takes a free one.")
    maxBody = section.value(
      "max_body", .size(in: 1 << 10...1 << 30), default: 8 << 20,
      "The largest request body, uncompressed; a larger one is answered 413.")
    maxConnections = section.value(
      "max_connections", .integer(in: 1...1_000_000), default: 10_000,
      "Connections at once; further ones are closed at once.")
    headerTimeout = section.value(
      "header_timeout", .duration(in: .milliseconds(100) ... .seconds(600)), default: .seconds(10),
      "The longest a request may take to send its headers.")
    idleTimeout = section.value(
      "idle_timeout", .duration(in: .seconds(1) ... .seconds(86_400)), default: .seconds(75),
      "A connection without traffic this long, outside a long poll, is closed.")
    let tls = section.optionalSection("tls")
    self.tls = tls.flatMap(ServerTLSConfiguration.init(reading:))
    section.later(["proxy": "proxies"])
    guard let url else { return nil }
    section.match(url, tls: tls, remedy: "add tls: { certificate: PATH, key: PATH }")
    self.url = url
  }
}
