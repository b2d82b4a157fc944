/// Why a text names no proxy. The text may hold a password: it is not repeated.
public enum ProxyError: Error, Sendable, Hashable {
  case noScheme
  case scheme
  case host
  case port
  case path
  /// User or password.
  case credentials
  /// The proxy itself would have to be reached through Tor.
  case onion

  init(_ problem: EndpointError.Problem) {
    self =
      switch problem {
      case .noScheme: .noScheme
      case .noHost, .brackets, .whiteSpace: .host
      case .port: .port
      case .credentials: .credentials
      case .query: .path
      }
  }

  /// What to do.
  public var remedy: String {
    switch self {
    case .noScheme, .scheme, .host, .port: "write socks5://HOST:PORT or http://HOST:PORT"
    case .path: "end it after the port; in a user or password write / as %2F, ? as %3F, # as %23"
    case .credentials: "write USER:PASSWORD@ before the host, with special characters as %40"
    case .onion: "name the proxy by an address of this machine or network"
    }
  }
}

extension ProxyError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .noScheme: "the proxy has no scheme"
    case .scheme: "the proxy's scheme is neither socks5 nor http"
    case .host: "the proxy's host is missing or malformed"
    case .port: "the proxy's port is no number from 1 to 65535"
    case .path: "the proxy's URL has a path, a query or a fragment"
    case .credentials: "the proxy's user or password is malformed: each has 1 to 255 bytes, percent-encoded"
    case .onion: "the proxy is an onion service, which only another proxy could reach"
    }
  }
}
