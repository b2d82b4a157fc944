import RXON
import RXONSignatures

/// What an authority remembers of a certificate that it has signed.
public struct IssuedCertificate: Sendable, Hashable {
  /// SHA-256 of the certificate, in lower-case hexadecimal digits.
  public var fingerprint: String
  /// In lower-case hexadecimal digits.
  public var serial: String
  public var names: SubjectNames
  /// Unix seconds.
  public var issuedAt: Int
  /// Unix seconds.
  public var notAfter: Int
  /// Unix seconds; nil while it is good.
  public var revokedAt: Int?

  public func isGood(at now: Int) -> Bool {
    revokedAt == nil && now < notAfter
  }

  public var json: RawJSON {
    .object([
      "fingerprint": .string(fingerprint), "serial": .string(serial), "id": .string(names.id),
      "dns": .strings(names.dns), "ip": .strings(names.ip),
      "issued_at": .integer(issuedAt), "not_after": .integer(notAfter),
      "revoked_at": revokedAt.map(RawJSON.integer) ?? .null,
    ])
  }

  init(_ certificate: Certificate, names: SubjectNames, issuedAt: Int) throws(PKIFailure) {
    fingerprint = hexadecimal(try certificate.fingerprint)
    serial = certificate.serial
    self.names = names
    self.issuedAt = issuedAt
    notAfter = certificate.notAfter
  }

  init(_ json: RawJSON, path: String) throws(PKIFailure) {
    guard let fingerprint = json["fingerprint"]?.stringValue, let serial = json["serial"]?.stringValue,
      let issuedAt = json["issued_at"]?.integerValue,
      let notAfter = json["not_after"]?.integerValue, let names = try SubjectNames(record: json)
    else { throw .unreadableRecord(path) }
    self.fingerprint = fingerprint
    self.serial = serial
    self.names = names
    self.issuedAt = issuedAt
    self.notAfter = notAfter
    revokedAt = json["revoked_at"]?.integerValue
  }
}

extension SubjectNames {
  init?(record: RawJSON) throws(PKIFailure) {
    guard let id = record["id"]?.stringValue else { return nil }
    try self.init(
      id: id, dns: record["dns"]?.elements.compactMap(\.stringValue) ?? [],
      ip: record["ip"]?.elements.compactMap(\.stringValue) ?? [])
  }
}

extension PKIFailure {
  static func unreadableRecord(_ path: String) -> PKIFailure {
    PKIFailure(.malformed, "\(path) is not a record of this authority; restore it, or remove it")
  }
}
