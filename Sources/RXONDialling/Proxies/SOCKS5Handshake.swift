import RXON

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// A client's part of SOCKS 5 (RFC 1928), with user and password (RFC 1929) where there are any. Names go to the proxy
/// as they are.
package struct SOCKS5Handshake: Sendable {
  private static let version: UInt8 = 5

  private enum Method {
    static let none: UInt8 = 0
    static let password: UInt8 = 2
    static let nothingAcceptable: UInt8 = 0xff
  }

  private enum State {
    case choosing
    case authenticating
    case requesting
    case over
  }

  private let request: [UInt8]
  private let credentials: ProxyCredentials?
  private var state = State.choosing
  /// At most one answer and what follows it.
  private var received: [UInt8] = []

  package init(to target: ProxyTarget, credentials: ProxyCredentials?) throws(ProxyRefusal) {
    guard target.host.utf8.count <= 255 else { throw ProxyRefusal("the host's name is longer than it can be told") }
    self.credentials = credentials
    request =
      [Self.version, 1, 0] + Self.address(target.host)
      + [UInt8(truncatingIfNeeded: target.port >> 8), UInt8(truncatingIfNeeded: target.port)]
  }

  private static func address(_ host: String) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: 16)
    if inet_pton(AF_INET, host, &bytes) == 1 { return [1] + bytes[..<4] }
    if inet_pton(AF_INET6, host, &bytes) == 1 { return [4] + bytes }
    return [3, UInt8(truncatingIfNeeded: host.utf8.count)] + Array(host.utf8)
  }

  package var greeting: [UInt8] {
    credentials == nil ? [Self.version, 1, Method.none] : [Self.version, 2, Method.none, Method.password]
  }

  package mutating func receive(_ bytes: some Collection<UInt8>) -> ProxyHandshake.Step {
    received.append(contentsOf: bytes)
    let step =
      switch state {
      case .choosing: chosen()
      case .authenticating: authenticated()
      case .requesting: answered()
      case .over: ProxyHandshake.Step.wait
      }
    if case .refused = step { state = .over }
    return step
  }

  private mutating func chosen() -> ProxyHandshake.Step {
    guard let first = received.first else { return .wait }
    guard first == Self.version else { return .refused(.noSOCKS) }
    guard received.count >= 2 else { return .wait }
    switch received[1] {
    case Method.none:
      return next(.requesting, after: 2, send: request)
    case Method.password:
      guard let credentials else { return .refused(ProxyRefusal("it wants a user and a password unasked")) }
      return next(.authenticating, after: 2, send: Self.authentication(credentials))
    case Method.nothingAcceptable:
      return .refused(
        ProxyRefusal(
          credentials == nil
            ? "it wants a user and a password" : "it takes neither a user with a password nor clients without"))
    default:
      return .refused(ProxyRefusal("it chose a way to authenticate that was not offered"))
    }
  }

  private static func authentication(_ credentials: ProxyCredentials) -> [UInt8] {
    [credentials.user, credentials.password].reduce(into: [1]) { message, text in
      message.append(UInt8(truncatingIfNeeded: text.utf8.count))
      message.append(contentsOf: text.utf8)
    }
  }

  private mutating func authenticated() -> ProxyHandshake.Step {
    guard let first = received.first else { return .wait }
    guard first == 1 else { return .refused(.noSOCKS) }
    guard received.count >= 2 else { return .wait }
    guard received[1] == 0 else { return .refused(ProxyRefusal("it refuses the user and the password")) }
    return next(.requesting, after: 2, send: request)
  }

  /// A proxy that sends more than it was asked for, before it was asked, does not speak this protocol.
  private mutating func next(_ state: State, after count: Int, send bytes: [UInt8]) -> ProxyHandshake.Step {
    guard received.count == count else { return .refused(.noSOCKS) }
    received.removeAll()
    self.state = state
    return .send(bytes)
  }

  private mutating func answered() -> ProxyHandshake.Step {
    guard let first = received.first else { return .wait }
    guard first == Self.version else { return .refused(.noSOCKS) }
    guard received.count >= 2 else { return .wait }
    guard received[1] == 0 else { return .refused(ProxyRefusal(Self.meaning(of: received[1]))) }
    guard received.count >= 5 else { return .wait }
    let addressLength: Int
    switch received[3] {
    case 1: addressLength = 4
    case 3: addressLength = 1 + Int(received[4])
    case 4: addressLength = 16
    default: return .refused(.noSOCKS)
    }
    let end = 4 + addressLength + 2
    guard received.count >= end else { return .wait }
    state = .over
    return .open(Array(received[end...]))
  }

  /// RFC 1928 §6; from 0xf0 what Tor adds for onion services.
  private static func meaning(of reply: UInt8) -> String {
    switch reply {
    case 1: "it could not connect"
    case 2: "its rules do not allow this connection"
    case 3: "it cannot reach the network"
    case 4: "it cannot reach the host, or does not know the name"
    case 5: "the connection was refused"
    case 6: "the host did not answer in time"
    case 7: "it opens no connections for others"
    case 8: "it does not know this kind of address"
    case 0xf0: "the onion service is not known: it may be down, or not yet have told where it is"
    case 0xf1, 0xf6: "the onion service's name is malformed"
    case 0xf2, 0xf3, 0xf7: "the onion service does not answer"
    case 0xf4, 0xf5: "the onion service wants the client's key"
    default: "it could not connect (\(reply))"
    }
  }
}

extension ProxyRefusal {
  static let noSOCKS = ProxyRefusal("its answer is not SOCKS 5")
}
