public import RXON

/// What the environment says of proxies, in the customary variables; of two spellings the one in lower case counts.
public struct ProxyEnvironment: Sendable {
  private let variables: [String: String]
  private let exceptions: ProxyExceptions

  public init(_ environment: [String: String]) {
    variables = environment
    exceptions = ProxyExceptions(Self.value(of: "no_proxy", in: environment)?.text ?? "")
  }

  /// A proxy as it was written; may hold a password.
  struct Written {
    var text: String
    var variable: String
  }

  /// What applies to an endpoint; nil where it is dialled without a proxy, as this machine itself always is.
  func proxy(for endpoint: Endpoint) -> Written? {
    let port = endpoint.port ?? (endpoint.isSecure ? 443 : 80)
    guard !endpoint.isOnThisMachine, !exceptions.cover(endpoint.host, port: port) else { return nil }
    return Self.value(of: endpoint.isSecure ? "https_proxy" : "http_proxy", in: variables)
      ?? Self.value(of: "all_proxy", in: variables)
  }

  /// The way to an endpoint that no configuration speaks of.
  public func route(to endpoint: Endpoint) throws(ProxyError) -> DialRoute {
    guard let written = proxy(for: endpoint) else { return DialRoute() }
    return DialRoute(proxy: try Proxy(written.text, defaultKind: .http))
  }

  private static func value(of name: String, in environment: [String: String]) -> Written? {
    for variable in [name, name.uppercased()] {
      if let text = environment[variable], !text.isEmpty { return Written(text: text, variable: variable) }
    }
    return nil
  }
}

extension Endpoint {
  fileprivate var isOnThisMachine: Bool {
    let name = host.lowercased()
    return name == "localhost" || name.hasSuffix(".localhost") || IPAddress(host)?.isLoopback == true
  }
}
