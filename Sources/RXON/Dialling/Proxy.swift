/// A server that opens connections for others, and resolves the names that they ask for.
public struct Proxy: Sendable, Hashable {
  public enum Kind: String, Sendable, Hashable, CaseIterable {
    /// RFC 1928, with the names resolved by the proxy.
    case socks5
    /// CONNECT (RFC 9110 §9.3.6).
    case http

    /// The customary port.
    public var port: Int {
      switch self {
      case .socks5: 1080
      case .http: 80
      }
    }
  }

  public var kind: Kind
  /// A name or an address; an IPv6 address without its brackets.
  public var host: String
  public var port: Int
  /// Nil where the proxy asks for none.
  public var credentials: ProxyCredentials?

  public init(_ kind: Kind, host: String, port: Int? = nil, credentials: ProxyCredentials? = nil) {
    self.kind = kind
    self.host = host
    self.port = port ?? kind.port
    self.credentials = credentials
  }

  /// Reads `socks5://[user:password@]host[:port]`, or the same with `http://`; `socks5h://` is `socks5://`. User and
  /// password are percent-encoded.
  /// - Parameter defaultKind: for a text without a scheme; nil where it must have one.
  public init(_ text: String, defaultKind: Kind? = nil) throws(ProxyError) {
    var text = text
    if let defaultKind, !text.contains("://") { text = "\(defaultKind.rawValue)://\(text)" }
    let parts = try Self.withoutCredentials(text)
    let endpoint: Endpoint
    do throws(EndpointError) {
      endpoint = try Endpoint(parts.url)
    } catch {
      throw ProxyError(error.problem)
    }
    guard let kind = Self.kind(of: endpoint.scheme) else { throw .scheme }
    guard endpoint.path.isEmpty else { throw .path }
    guard endpoint.port != 0 else { throw .port }
    guard !endpoint.isOnion else { throw .onion }
    let credentials = try Self.credentials(parts.credentials)
    // Basic authentication ends the user at the first colon (RFC 7617 §2).
    if kind == .http, credentials?.user.contains(":") == true { throw .credentials }
    self.init(kind, host: endpoint.host, port: endpoint.port, credentials: credentials)
  }

  private static func kind(of scheme: String) -> Kind? {
    scheme == "socks5h" ? .socks5 : Kind(rawValue: scheme)
  }

  /// Takes what stands before the last `@` of the authority out.
  private static func withoutCredentials(_ text: String) throws(ProxyError) -> (url: String, credentials: Substring?) {
    let bytes = text.utf8
    guard let colon = bytes.firstIndex(of: UInt8(ascii: ":")), bytes[colon...].starts(with: "://".utf8) else {
      throw .noScheme
    }
    let start = bytes.index(colon, offsetBy: 3)
    let authority = bytes[start...].prefix { $0 != UInt8(ascii: "/") }
    guard let at = authority.lastIndex(of: UInt8(ascii: "@")) else { return (text, nil) }
    let url = String(Substring(bytes[..<start])) + String(Substring(bytes[bytes.index(after: at)...]))
    return (url, Substring(authority[..<at]))
  }

  private static func credentials(_ text: Substring?) throws(ProxyError) -> ProxyCredentials? {
    guard let text else { return nil }
    let user = text.utf8.prefix { $0 != UInt8(ascii: ":") }
    let password = text.utf8[user.endIndex...].dropFirst()
    guard let user = decoded(user), let password = decoded(password),
      let credentials = ProxyCredentials(user: user, password: password)
    else { throw .credentials }
    return credentials
  }

  /// Nil where an escape is malformed, or the bytes are no UTF-8.
  private static func decoded(_ text: Substring.UTF8View) -> String? {
    var bytes: [UInt8] = []
    var rest = text
    while let byte = rest.popFirst() {
      guard byte == UInt8(ascii: "%") else {
        bytes.append(byte)
        continue
      }
      let digits = Substring(rest.prefix(2))
      guard digits.utf8.count == 2, digits.first?.isHexDigit == true, let byte = UInt8(digits, radix: 16) else {
        return nil
      }
      bytes.append(byte)
      rest = rest.dropFirst(2)
    }
    return String(validating: bytes, as: UTF8.self)
  }
}

extension Proxy: CustomStringConvertible {
  /// Without user and password.
  public var description: String { Endpoint(scheme: kind.rawValue, host: host, port: port).description }
}
