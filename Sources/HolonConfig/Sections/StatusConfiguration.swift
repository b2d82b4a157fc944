public import RXON

/// Where the node tells of itself.
public struct StatusConfiguration: Sendable, Hashable {
  public var url: Endpoint
  /// Asked for as a bearer token; `/livez` and `/readyz` need none.
  public var token: Secret?
}

extension StatusConfiguration {
  init?(reading section: SectionReader) {
    let url = section.required(
      "url", .listened, "The address of /livez, /readyz, /status and /metrics.")
    token = section.secret("token", "The bearer token that /status and /metrics ask for.")
    section.later(["tls": "TLS"])
    guard let url else { return nil }
    self.url = url
  }
}
