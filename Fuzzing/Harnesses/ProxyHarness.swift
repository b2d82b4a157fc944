import RXON
import RXONDialling

extension Harness {
  /// A proxy as it is written, and what it answers to a handshake: a ``NetworkInput``.
  static let proxy = Harness(name: "proxy") { bytes in
    let input = NetworkInput(bytes)
    let answer = input.pieces.flatMap(\.self)
    if let text = String(validating: answer, as: UTF8.self), let proxy = try? Proxy(text) {
      try require((try? Proxy(proxy.description))?.host == proxy.host, "a proxy reads back as itself")
    }
    let credentials = input.has(1) ? ProxyCredentials(user: "user", password: "password") : nil
    let proxy = Proxy(input.has(0) ? .http : .socks5, host: "proxy.example", credentials: credentials)
    let target = try ProxyTarget(Endpoint(scheme: "http", host: "parent.example"))
    let handshake = try ProxyHandshake(proxy, to: target)
    let outcome = try play(handshake, input.pieces)
    guard proxy.kind == .http else { return }
    // Nothing is sent in between, so that pieces make no difference.
    let whole = try play(handshake, [answer[...]])
    try require(whole == outcome, "an answer means the same however it is cut")
  }

  /// - Returns: how it ended; nil where it did not.
  private static func play(
    _ handshake: ProxyHandshake, _ pieces: [ArraySlice<UInt8>]
  ) throws -> ProxyHandshake.Step? {
    var handshake = handshake
    var sent = 0
    for (position, piece) in pieces.enumerated() {
      switch handshake.receive(piece) {
      case .wait: continue
      case .send(let bytes):
        sent += 1
        try require(sent <= 2 && !bytes.isEmpty && bytes.count <= 1024, "a client says little")
      case .open(let rest):
        try require(piece.suffix(rest.count) == rest[...], "what is passed on is the end of what came")
        return .open(rest + pieces[(position + 1)...].flatMap(\.self))
      case .refused(let refusal):
        try require(refusal.reason.utf8.allSatisfy { (0x20..<0x7f).contains($0) }, "a refusal is one line")
        return .refused(refusal)
      }
    }
    return nil
  }
}
