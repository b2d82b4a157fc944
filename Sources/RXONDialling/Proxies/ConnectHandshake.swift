import RXON

/// A client's part of CONNECT over HTTP/1.1 (RFC 9110 §9.3.6), with Basic authentication (RFC 7617) where there are a
/// user and a password.
package struct ConnectHandshake: Sendable {
  /// Of the proxy's answer, in bytes: a longer head is refused.
  package static let headLimit = 16 << 10

  package let request: [UInt8]
  private let hasCredentials: Bool
  private var received: [UInt8] = []
  /// What was looked through for the end of the head.
  private var scanned = 0
  private var isOver = false

  package init(to target: ProxyTarget, credentials: ProxyCredentials?) {
    let host = target.host.utf8.contains(UInt8(ascii: ":")) ? "[\(target.host)]" : target.host
    let authority = "\(host):\(target.port)"
    var text = "CONNECT \(authority) HTTP/1.1\r\nHost: \(authority)\r\n"
    if let credentials {
      let pair = Base64.encode(Array("\(credentials.user):\(credentials.password)".utf8))
      text += "Proxy-Authorization: Basic \(pair)\r\n"
    }
    request = Array("\(text)\r\n".utf8)
    hasCredentials = credentials != nil
  }

  package mutating func receive(_ bytes: some Collection<UInt8>) -> ProxyHandshake.Step {
    guard !isOver else { return .wait }
    received.append(contentsOf: bytes)
    while let end = endOfHead(), end <= Self.headLimit {
      let head = received[..<end]
      received.removeFirst(end)
      scanned = 0
      // Others may come before the answer (RFC 9110 §15.2).
      if let status = Self.status(of: head), (100..<200).contains(status), status != 101 { continue }
      isOver = true
      return outcome(of: head)
    }
    let isTooLong = received.count > Self.headLimit
    guard !isTooLong, Self.canBeginStatusLine(received) else {
      isOver = true
      return .refused(isTooLong ? ProxyRefusal("its answer has too many headers") : .noHTTP)
    }
    return .wait
  }

  /// Where the head ends, behind the empty line.
  private mutating func endOfHead() -> Int? {
    while scanned < received.count {
      scanned += 1
      if isEmptyLineBefore(scanned) { return scanned }
    }
    return nil
  }

  /// Lines may end with a line feed alone (RFC 9112 §2.2).
  private func isEmptyLineBefore(_ end: Int) -> Bool {
    guard end >= 2, received[end - 1] == 0x0a else { return false }
    return received[end - 2] == 0x0a || end >= 3 && received[end - 2] == 0x0d && received[end - 3] == 0x0a
  }

  private static func canBeginStatusLine(_ bytes: [UInt8]) -> Bool {
    let begin = "HTTP/1."
    return zip(bytes, begin.utf8).allSatisfy { $0 == $1 }
  }

  /// Of `HTTP/1.1 200 OK`.
  private static func status(of head: ArraySlice<UInt8>) -> Int? {
    let line = Array(head.prefix { $0 != UInt8(ascii: "\r") && $0 != UInt8(ascii: "\n") })
    let digits = line.dropFirst(9).prefix(3)
    guard line.starts(with: "HTTP/1.".utf8), line.count >= 12, line[8] == UInt8(ascii: " "),
      line.count == 12 || line[12] == UInt8(ascii: " "), (0x30...0x39).contains(line[7]),
      digits.allSatisfy({ (0x30...0x39).contains($0) })
    else { return nil }
    return digits.reduce(0) { $0 * 10 + Int($1 - 0x30) }
  }

  /// A success has no content whatever its headers say.
  private mutating func outcome(of head: ArraySlice<UInt8>) -> ProxyHandshake.Step {
    guard let status = Self.status(of: head) else { return .refused(.noHTTP) }
    switch status {
    case 200..<300:
      let rest = received
      received = []
      return .open(rest)
    // 401 is the wrong one of the two, and what tinyproxy says.
    case 401, 407:
      let what = hasCredentials ? "it refuses the user and the password" : "it wants a user and a password"
      return .refused(ProxyRefusal("\(what) (\(status))"))
    case 403: return .refused(ProxyRefusal("its rules do not allow this connection (403)"))
    case 400, 405, 501: return .refused(ProxyRefusal("it does not take CONNECT (\(status))"))
    case 500, 502, 503, 504: return .refused(ProxyRefusal("it could not connect (\(status))"))
    default: return .refused(ProxyRefusal("it answered \(status)"))
    }
  }
}

extension ProxyRefusal {
  static let noHTTP = ProxyRefusal("its answer is not HTTP/1.1")
}
