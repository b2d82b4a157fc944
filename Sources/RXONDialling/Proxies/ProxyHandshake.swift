import RXON

/// What is said to a proxy, and heard from it, until a connection through it is open. Pure: bytes in, what to do out.
package enum ProxyHandshake: Sendable {
  case socks5(SOCKS5Handshake)
  case connect(ConnectHandshake)

  /// What to do next.
  package enum Step: Sendable, Equatable {
    /// There is nothing to do until more comes.
    case wait
    case send([UInt8])
    /// The connection is open; these bytes came through it already.
    case open([UInt8])
    /// There will be no connection.
    case refused(ProxyRefusal)
  }

  /// - Throws: where the proxy cannot be asked for this target at all.
  package init(_ proxy: Proxy, to target: ProxyTarget) throws(ProxyRefusal) {
    switch proxy.kind {
    case .socks5: self = .socks5(try SOCKS5Handshake(to: target, credentials: proxy.credentials))
    case .http: self = .connect(ConnectHandshake(to: target, credentials: proxy.credentials))
    }
  }

  /// What to send first.
  package var greeting: [UInt8] {
    switch self {
    case .socks5(let handshake): handshake.greeting
    case .connect(let handshake): handshake.request
    }
  }

  /// Takes what the proxy sent, in pieces of any size. Not to be called any more after ``Step/open(_:)`` and
  /// ``Step/refused(_:)``.
  package mutating func receive(_ bytes: some Collection<UInt8>) -> Step {
    switch self {
    case .socks5(var handshake):
      defer { self = .socks5(handshake) }
      return handshake.receive(bytes)
    case .connect(var handshake):
      defer { self = .connect(handshake) }
      return handshake.receive(bytes)
    }
  }
}

/// Where a proxy is asked to connect to.
package struct ProxyTarget: Sendable, Equatable {
  package let host: String
  package let port: UInt16

  /// - Throws: where no proxy can be told of such a host.
  package init(_ endpoint: Endpoint) throws(ProxyRefusal) {
    let forbidden = " \"#%/<>?@[\\]^`{|}"
    guard endpoint.host.utf8.allSatisfy({ (0x21...0x7e).contains($0) && !forbidden.utf8.contains($0) }),
      !endpoint.host.isEmpty, let port = UInt16(exactly: endpoint.dialledPort), port > 0
    else { throw ProxyRefusal("it cannot be asked for this host and port") }
    host = endpoint.host
    self.port = port
  }
}

/// Why there is no connection through a proxy, for a person. Holds nothing that the proxy or its configuration wrote.
package struct ProxyRefusal: Error, Sendable, Equatable {
  package let reason: String

  init(_ reason: String) {
    self.reason = reason
  }
}
