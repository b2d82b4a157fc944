import RXON
import RXONDialling

extension ProxyTarget {
  static func to(_ host: String, _ port: Int = 8700) throws -> ProxyTarget {
    try ProxyTarget(Endpoint(scheme: "http", host: host, port: port))
  }
}

extension ProxyHandshake {
  /// What comes of an answer that arrives in pieces of one size.
  mutating func receive(_ bytes: [UInt8], inPiecesOf size: Int) -> Step {
    var rest = bytes[...]
    while !rest.isEmpty {
      let piece = rest.prefix(size)
      rest = rest.dropFirst(piece.count)
      switch receive(piece) {
      case .wait: continue
      case .open(let early): return .open(early + rest)
      case let step: return step
      }
    }
    return .wait
  }

  /// - Returns: why there is no connection; nil where there may be one.
  mutating func refusal(after bytes: [UInt8]) -> String? {
    guard case .refused(let refusal) = receive(bytes) else { return nil }
    return refusal.reason
  }
}
