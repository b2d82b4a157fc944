import RXON

/// The hosts that are dialled without a proxy, as `NO_PROXY` lists them: names, which include all below them, addresses,
/// networks such as `10.0.0.0/8`, each with a port where only that is meant, and `*` for all.
struct ProxyExceptions: Sendable {
  private enum Rule: Sendable {
    case everything
    case network(IPNetwork)
    case host(String, port: Int?)
    case address(IPAddress, port: Int?)
  }

  private let rules: [Rule]

  /// What cannot be understood excepts nothing, as everywhere.
  init(_ text: String) {
    rules = text.split { $0 == "," || $0.isWhitespace }.compactMap(Self.rule)
  }

  private static func rule(_ entry: Substring) -> Rule? {
    if entry == "*" { return .everything }
    if entry.contains("/") { return IPNetwork(entry).map(Rule.network) }
    if let address = IPAddress(entry) { return .address(address, port: nil) }
    // An endpoint's authority has the same form: brackets around an IPv6 address, and a port.
    guard let endpoint = try? Endpoint("http://\(entry)") else { return nil }
    if let address = IPAddress(endpoint.host) { return .address(address, port: endpoint.port) }
    var name = normalized(endpoint.host)
    if name.hasPrefix("*.") { name.removeFirst(2) }
    if name.hasPrefix(".") { name.removeFirst() }
    return name.isEmpty ? nil : .host(name, port: endpoint.port)
  }

  /// No name is looked up for it.
  func cover(_ host: String, port: Int) -> Bool {
    let name = Self.normalized(host)
    let address = IPAddress(host)
    return rules.contains { rule in
      switch rule {
      case .everything: true
      case .network(let network): address.map(network.contains) ?? false
      case .address(let excepted, let only): address == excepted && (only ?? port) == port
      case .host(let excepted, let only): Self.is(name, within: excepted) && (only ?? port) == port
      }
    }
  }

  private static func `is`(_ name: String, within domain: String) -> Bool {
    name == domain || name.hasSuffix(".\(domain)")
  }

  private static func normalized(_ host: String) -> String {
    let name = host.lowercased()
    return name.hasSuffix(".") ? String(name.dropLast()) : name
  }
}
