import Glibc
import RXON

/// Whom a certificate speaks for: a node, and the hosts under which it can be dialled.
///
/// In the certificate the id is the common name and the URI `rxon:ID`.
public struct SubjectNames: Sendable, Hashable {
  public let id: String
  /// Host names in lower case; the first label may be `*`.
  public let dns: [String]
  /// IP addresses as the system writes them.
  public let ip: [String]

  /// The longest common name of RFC 5280 (ub-common-name).
  public static let longestID = 64
  static let mostHosts = 64

  /// - Throws: ``PKIFailure`` that says which name no certificate can carry.
  public init(id: String, dns: [String] = [], ip: [String] = []) throws(PKIFailure) {
    guard Identifier.isStrictlyValid(id), id.utf8.count <= Self.longestID else {
      throw PKIFailure(
        .malformed,
        "'\(id)' cannot be an id in a certificate; use 1 to \(Self.longestID) letters, digits, underscores and hyphens")
    }
    guard dns.count + ip.count <= Self.mostHosts else {
      throw PKIFailure(.malformed, "a certificate takes at most \(Self.mostHosts) hosts; leave some out")
    }
    self.id = id
    var names: [String] = []
    for name in dns { names.append(try Self.hostName(name)) }
    self.dns = names
    var addresses: [String] = []
    for address in ip { addresses.append(try Self.address(address)) }
    self.ip = addresses
  }

  /// Sorts hosts into names and addresses.
  public init(id: String, hosts: [String]) throws(PKIFailure) {
    let isAddress = hosts.map { Self.canonicalAddress($0) != nil }
    try self.init(
      id: id, dns: zip(hosts, isAddress).filter { !$0.1 }.map(\.0), ip: zip(hosts, isAddress).filter(\.1).map(\.0))
  }

  private static func hostName(_ text: String) throws(PKIFailure) -> String {
    let name = text.lowercased()
    guard !EnrolmentName.isReserved(name) else {
      throw PKIFailure(.malformed, "the host name '\(text)' is reserved for enrolment; choose another")
    }
    guard isHostName(name), canonicalAddress(name) == nil else {
      throw PKIFailure(.malformed, "'\(text)' is not a host name; write one as edge-7.example.org, an address as IP")
    }
    return name
  }

  private static func isHostName(_ name: String) -> Bool {
    var labels = name.split(separator: ".", omittingEmptySubsequences: false)
    if labels.count > 2, labels[0] == "*" { labels.removeFirst() }
    return name.utf8.count <= 253
      && labels.allSatisfy { label in
        (1...63).contains(label.utf8.count) && label.first != "-" && label.last != "-"
          && label.utf8.allSatisfy { (48...57).contains($0) || (97...122).contains($0) || $0 == 45 }
      }
  }

  private static func address(_ text: String) throws(PKIFailure) -> String {
    guard let address = canonicalAddress(text) else {
      throw PKIFailure(.malformed, "'\(text)' is not an IP address; write one as 192.0.2.7 or 2001:db8::7")
    }
    return address
  }

  private static func canonicalAddress(_ text: String) -> String? {
    for family in [AF_INET, AF_INET6] {
      var binary = in6_addr()
      guard inet_pton(family, text, &binary) == 1 else { continue }
      var buffer = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
      guard inet_ntop(family, &binary, &buffer, socklen_t(buffer.count)) != nil else { continue }
      return String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
    return nil
  }
}

/// The name of an enrolment endpoint: whatever address it has, its certificate is for this name and no other.
///
/// All certificates of an authority would do for a server, also those of enrolled nodes. Since no other certificate gets
/// this name, an enrolled node cannot pose as the endpoint and collect invitations. RFC 6761 keeps `.invalid` free.
public enum EnrolmentName {
  public static let host = "enrolment.holon.invalid"

  static func isReserved(_ name: String) -> Bool {
    name == "invalid" || name.hasSuffix(".invalid")
  }
}
