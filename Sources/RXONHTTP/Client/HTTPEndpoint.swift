public import RXON

/// Where a parent listens, as an `http` or `ws` URL says it.
public struct HTTPEndpoint: Sendable, Hashable, CustomStringConvertible {
  public var host: String
  public var port: Int
  /// Goes before every path; without a slash at the end.
  public var pathPrefix: String

  /// - Parameter url: `http://host[:port][/prefix]`. `ws` means `http`, as it does for the reference.
  /// - Throws: ``TransportError`` of kind `unsendable`, which says what is wrong with the URL.
  public init(url: String) throws(TransportError) {
    guard let schemeEnd = url.range(of: "://") else { throw Self.invalid(url, "it has no scheme") }
    switch url[..<schemeEnd.lowerBound].lowercased() {
    case "http", "ws": break
    case "https", "wss": throw Self.invalid(url, "TLS is not built in; use http")
    default: throw Self.invalid(url, "the scheme must be http or ws")
    }
    let rest = url[schemeEnd.upperBound...]
    guard rest.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7f }), !rest.contains(where: { "?#@\\".contains($0) }) else {
      throw Self.invalid(url, "only host, port and path may stand in it")
    }
    let authority = rest.prefix { $0 != "/" }
    var path = String(rest[authority.endIndex...])
    while path.hasSuffix("/") { path.removeLast() }
    guard let (host, port) = Self.split(authority) else { throw Self.invalid(url, "host or port is malformed") }
    self.host = host
    self.port = port
    pathPrefix = path
  }

  /// `host:port`, as the `Host` header has it.
  public var authority: String {
    let literal = host.contains(":") ? "[\(host)]" : host
    return port == 80 ? literal : "\(literal):\(port)"
  }

  public var description: String { "http://\(authority)\(pathPrefix)" }

  private static func split(_ authority: Substring) -> (host: String, port: Int)? {
    let portText: Substring
    let host: Substring
    if authority.hasPrefix("[") {
      guard let end = authority.firstIndex(of: "]") else { return nil }
      host = authority[authority.index(after: authority.startIndex)..<end]
      portText = authority[authority.index(after: end)...]
    } else {
      host = authority.prefix { $0 != ":" }
      portText = authority[host.endIndex...]
    }
    guard !host.isEmpty else { return nil }
    if portText.isEmpty { return (String(host), 80) }
    guard portText.hasPrefix(":"), let port = UInt16(portText.dropFirst()), port > 0 else { return nil }
    return (String(host), Int(port))
  }

  private static func invalid(_ url: String, _ problem: String) -> TransportError {
    TransportError(.unsendable, "the URL '\(url)' cannot be used: \(problem)")
  }
}

extension String {
  /// The first occurrence of `text`.
  fileprivate func range(of text: String) -> Range<String.Index>? {
    var start = startIndex
    while start < endIndex {
      if self[start...].hasPrefix(text) { return start..<index(start, offsetBy: text.count) }
      start = index(after: start)
    }
    return nil
  }
}
