import Glibc

/// Whom a client expects at the other end.
enum ServerName: Hashable {
  /// A host name in ASCII, without a dot at its end.
  case name(String)

  /// An IPv4 or IPv6 address, without brackets and zone.
  case address(String)

  /// What ``init(_:)`` asks for, for messages.
  static let rule =
    "write a host name with letters, digits, '-', '_' and '.' (others in their xn-- form), or an IP address"

  init?(_ text: String) {
    let bare = text.hasPrefix("[") && text.hasSuffix("]") ? String(text.dropFirst().dropLast()) : text
    let address = bare.firstIndex(of: "%").map { String(bare[..<$0]) } ?? bare
    if Self.isAddress(address) {
      self = .address(address)
      return
    }
    let name = bare.hasSuffix(".") ? String(bare.dropLast()) : bare
    // A dot in front would mean any name below to OpenSSL.
    guard (1...253).contains(name.utf8.count), !name.hasPrefix("."), name.utf8.allSatisfy(Self.isOfName) else {
      return nil
    }
    self = .name(name)
  }

  private static func isAddress(_ text: String) -> Bool {
    guard !text.utf8.contains(0) else { return false }
    return withUnsafeTemporaryAllocation(of: in6_addr.self, capacity: 1) { room in
      inet_pton(AF_INET, text, room.baseAddress) == 1 || inet_pton(AF_INET6, text, room.baseAddress) == 1
    }
  }

  private static func isOfName(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."):
      true
    default: false
    }
  }
}

extension ServerName: CustomStringConvertible {
  var description: String {
    switch self {
    case .name(let text), .address(let text): text
    }
  }
}
