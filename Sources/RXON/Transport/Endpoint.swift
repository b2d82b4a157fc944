/// Where a parent is reached or a listener listens: `scheme://host[:port][/path]`.
public struct Endpoint: Sendable, Hashable {
  /// Lower case.
  public var scheme: String
  /// A name or an address; an IPv6 address without its brackets.
  public var host: String
  /// Nil where the URL leaves it to the scheme.
  public var port: Int?
  /// Empty, or with a `/` at its start and none at its end.
  public var path: String

  public init(scheme: String, host: String, port: Int? = nil, path: String = "") {
    self.scheme = scheme
    self.host = host
    self.port = port
    self.path = path
  }

  /// Takes a URL apart. Credentials, a query or a fragment have no place in it.
  public init(_ text: String) throws(EndpointError) {
    guard text.utf8.allSatisfy({ $0 > 0x20 && $0 != 0x7f }) else { throw EndpointError(text, .whiteSpace) }
    guard let colon = text.utf8.firstIndex(of: UInt8(ascii: ":")), text[colon...].utf8.starts(with: "://".utf8) else {
      throw EndpointError(text, .noScheme)
    }
    guard Self.isScheme(text[..<colon]) else { throw EndpointError(text, .noScheme) }
    let rest = Substring(text[colon...].utf8.dropFirst(3))
    guard !rest.utf8.contains(UInt8(ascii: "?")), !rest.utf8.contains(UInt8(ascii: "#")) else {
      throw EndpointError(text, .query)
    }
    // By bytes: as a character, a delimiter with a combining mark behind it is another one.
    let authority = Substring(rest.utf8.prefix { $0 != UInt8(ascii: "/") })
    guard !authority.utf8.contains(UInt8(ascii: "@")) else { throw EndpointError(text, .credentials) }
    let (host, port) = try Self.hostAndPort(authority, of: text)
    let path = Substring(rest.utf8.dropFirst(authority.utf8.count))
    self.init(scheme: text[..<colon].lowercased(), host: host, port: port, path: Self.trimmed(path))
  }

  private static func isScheme(_ scheme: Substring) -> Bool {
    guard let first = scheme.utf8.first, (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(first | 0x20) else {
      return false
    }
    return scheme.utf8.allSatisfy { byte in
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "."):
        true
      default: false
      }
    }
  }

  private static func hostAndPort(
    _ authority: Substring, of text: String
  ) throws(EndpointError) -> (String, Int?) {
    let colon = UInt8(ascii: ":")
    let host: Substring.UTF8View
    let rest: Substring.UTF8View
    if authority.utf8.first == UInt8(ascii: "[") {
      guard let close = authority.utf8.firstIndex(of: UInt8(ascii: "]")) else { throw EndpointError(text, .brackets) }
      host = authority.utf8[..<close].dropFirst()
      rest = authority.utf8[close...].dropFirst()
      guard host.contains(colon) else { throw EndpointError(text, .brackets) }
    } else {
      host = authority.utf8.prefix { $0 != colon }
      rest = authority.utf8[host.endIndex...]
      guard !rest.dropFirst().contains(colon) else { throw EndpointError(text, .brackets) }
    }
    guard !host.isEmpty else { throw EndpointError(text, .noHost) }
    guard !rest.isEmpty else { return (String(Substring(host)), nil) }
    let digits = Substring(rest.dropFirst())
    guard rest.first == colon, !digits.isEmpty, digits.utf8.allSatisfy({ $0 &- UInt8(ascii: "0") < 10 }),
      let port = Int(digits), port <= 65535
    else { throw EndpointError(text, .port(String(digits))) }
    return (String(Substring(host)), port)
  }

  private static func trimmed(_ path: Substring) -> String {
    var path = path.utf8
    while path.last == UInt8(ascii: "/") { path.removeLast() }
    return String(Substring(path))
  }

  /// Host and port as they stand in a `Host` header and in a URL.
  public var authority: String {
    let host = host.utf8.contains(UInt8(ascii: ":")) ? "[\(host)]" : host
    return port.map { "\(host):\($0)" } ?? host
  }
}

extension Endpoint: CustomStringConvertible {
  public var description: String { "\(scheme)://\(authority)\(path)" }
}

/// Why a text is no endpoint, and what to write instead.
public struct EndpointError: Error, Sendable, Hashable {
  /// What is wrong with the text.
  public enum Problem: Sendable, Hashable {
    case whiteSpace
    case noScheme
    case noHost
    case brackets
    case port(String)
    case credentials
    case query
  }

  /// As it was given; may hold a password where the problem is ``Problem/credentials``.
  public var text: String
  public var problem: Problem

  public init(_ text: String, _ problem: Problem) {
    self.text = text
    self.problem = problem
  }
}

extension EndpointError: CustomStringConvertible {
  public var description: String {
    switch problem {
    case .whiteSpace: "the URL '\(text)' contains white space or control characters"
    case .noScheme: "the URL '\(text)' has no scheme: write it as http://\(text)"
    case .noHost: "the URL '\(text)' has no host: write it as scheme://host:port"
    case .brackets: "the URL '\(text)' has a malformed host: write an IPv6 address as scheme://[::1]:port"
    case .port(let port): "the URL '\(text)' has the port '\(port)': a port is a number from 0 to 65535"
    // The text may hold a password.
    case .credentials: "a URL must not hold credentials: give the token in its own setting"
    case .query: "the URL '\(text)' must not have a query or a fragment"
    }
  }
}
