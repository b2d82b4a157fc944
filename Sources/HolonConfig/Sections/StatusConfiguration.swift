public import RXON

/// Where the node tells of itself.
public struct StatusConfiguration: Sendable, Hashable {
  public var url: Endpoint
  /// Asked for as a bearer token; `/livez` and `/readyz` need none.
  public var token: Secret?
  /// Nil for plain connections.
  public var tls: ServerTLSConfiguration?
}

extension StatusConfiguration {
  init?(reading section: SectionReader) {
    let url = section.required(
      "url", .listened, "The address of /livez, /readyz, /status and /metrics.")
    token = section.secret("token", "The bearer token that /status and /metrics ask for.")
    let tls = section.optionalSection("tls")
    self.tls = tls.flatMap(ServerTLSConfiguration.init(reading:))
    guard let url else { return nil }
    section.match(url, tls: tls, remedy: "add tls: { certificate: PATH, key: PATH }")
    self.url = url
  }
}
