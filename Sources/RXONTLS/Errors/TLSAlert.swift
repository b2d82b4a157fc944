/// What a peer said when it gave up (RFC 8446, section 6).
public struct TLSAlert: Sendable, Hashable, CustomStringConvertible {
  public let code: UInt8

  public init(code: UInt8) {
    self.code = code
  }

  /// The alert's name, with blanks for underscores; the number when the name is not known.
  public var description: String { Self.names[code] ?? "alert \(code)" }

  private static let names: [UInt8: String] = [
    0: "close notify", 10: "unexpected message", 20: "bad record mac", 22: "record overflow", 40: "handshake failure",
    42: "bad certificate", 43: "unsupported certificate", 44: "certificate revoked", 45: "certificate expired",
    46: "certificate unknown", 47: "illegal parameter", 48: "unknown ca", 49: "access denied", 50: "decode error",
    51: "decrypt error", 70: "protocol version", 71: "insufficient security", 80: "internal error",
    86: "inappropriate fallback", 90: "user canceled", 100: "no renegotiation", 109: "missing extension",
    110: "unsupported extension", 112: "unrecognized name", 113: "bad certificate status response",
    115: "unknown psk identity", 116: "certificate required", 120: "no application protocol",
  ]
}
