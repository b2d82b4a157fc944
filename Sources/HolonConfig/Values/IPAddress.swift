import Glibc

/// An IP address as bytes, 4 or 16 of them.
struct IPAddress: Sendable, Hashable {
  let bytes: [UInt8]

  /// An IPv6 address without brackets. One that only maps an IPv4 address (RFC 4291 §2.5.5.2) is that.
  init?(_ text: some StringProtocol) {
    var bytes = [UInt8](repeating: 0, count: 16)
    let text = String(text)
    if inet_pton(AF_INET, text, &bytes) == 1 {
      self.bytes = Array(bytes[..<4])
    } else if inet_pton(AF_INET6, text, &bytes) == 1 {
      let isMapped = bytes[..<10].allSatisfy { $0 == 0 } && bytes[10..<12] == [0xff, 0xff]
      self.bytes = isMapped ? Array(bytes[12...]) : bytes
    } else {
      return nil
    }
  }

  var isLoopback: Bool {
    bytes.count == 4 ? bytes[0] == 127 : bytes == [UInt8](repeating: 0, count: 15) + [1]
  }
}

/// The addresses that begin with the same bits, as `10.0.0.0/8`.
struct IPNetwork: Sendable, Hashable {
  private let start: IPAddress
  private let bits: Int

  init?(_ text: some StringProtocol) {
    let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
    guard parts.count == 2, let start = IPAddress(parts[0]), let bits = Int(parts[1]),
      (0...start.bytes.count * 8).contains(bits)
    else { return nil }
    self.start = start
    self.bits = bits
  }

  func contains(_ address: IPAddress) -> Bool {
    guard address.bytes.count == start.bytes.count else { return false }
    return zip(address.bytes, start.bytes).enumerated().allSatisfy { position, pair in
      let compared = max(0, min(8, bits - position * 8))
      return (pair.0 ^ pair.1) & ~UInt8(truncatingIfNeeded: 0xff >> compared) == 0
    }
  }
}
