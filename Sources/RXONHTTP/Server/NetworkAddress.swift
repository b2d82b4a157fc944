#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// The part of an address that one party holds: an IPv4 address, or the first 64 bits of an IPv6 address, of which
/// every household has all the rest.
public enum NetworkAddress {
  /// - Parameter address: an IP address without port.
  /// - Returns: a text that is equal for the addresses of one party; `address` itself where it is no IPv6 address.
  public static func network(of address: String) -> String {
    guard address.utf8.contains(UInt8(ascii: ":")) else { return address }
    var bytes = [UInt8](repeating: 0, count: 16)
    guard inet_pton(AF_INET6, address, &bytes) == 1 else { return address }
    // IPv4, mapped (RFC 4291 §2.5.5.2).
    if bytes[..<12] == [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff] {
      return bytes[12...].map { String($0) }.joined(separator: ".")
    }
    return bytes[..<8].map { String($0, radix: 16) }.joined(separator: ":") + "::/64"
  }
}
