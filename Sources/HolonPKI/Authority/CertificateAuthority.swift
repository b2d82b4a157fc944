import COpenSSL

/// Signs certificates: one self-signed root, and below it those of nodes. Thread-safe.
public struct CertificateAuthority: Sendable {
  public let certificate: Certificate
  private let key: PrivateKey

  /// - Throws: when the two do not belong together, or the certificate is none of an authority.
  public init(certificate: Certificate, key: PrivateKey) throws(PKIFailure) {
    guard certificate.belongs(to: key) else {
      throw PKIFailure(.malformed, "the authority's key is not that of its certificate; restore the right pair")
    }
    guard certificate.isAuthority else {
      throw PKIFailure(.malformed, "the certificate is not that of an authority (CA:TRUE is missing)")
    }
    self.certificate = certificate
    self.key = key
  }

  /// A new authority with a key of its own.
  /// - Parameters:
  ///   - name: its common name.
  ///   - lifetime: in seconds.
  ///   - now: Unix seconds.
  public static func create(
    name: String, lifetime: Int, now: Int
  ) throws(PKIFailure) -> (authority: CertificateAuthority, key: PrivateKey) {
    guard (1...64).contains(name.utf8.count), !name.utf8.contains(where: { $0 < 0x20 || $0 == 0x7f }) else {
      throw PKIFailure(.malformed, "an authority's name has 1 to 64 bytes of text; choose another")
    }
    let key = try PrivateKey.generate()
    let validity = try validity(lifetime, now: now)
    let builder = try CertificateBuilder(commonName: name, key: key.publicKey, validity: validity)
    // Nodes are leaves: nobody below may sign.
    try builder.extend(NID_basic_constraints, "critical,CA:TRUE,pathlen:0", issuer: nil)
    try builder.extend(NID_key_usage, "critical,keyCertSign,cRLSign", issuer: nil)
    try builder.extend(NID_subject_key_identifier, "hash", issuer: nil)
    let certificate = try builder.sign(with: key, issuer: nil)
    return (try CertificateAuthority(certificate: certificate, key: key), key)
  }

  /// A certificate for a node: it serves for both ends of a connection.
  /// - Parameters:
  ///   - lifetime: in seconds; cut where the authority's own ends.
  ///   - now: Unix seconds.
  public func issue(
    _ names: SubjectNames, for key: PublicKey, lifetime: Int, now: Int
  ) throws(PKIFailure) -> Certificate {
    let hosts = names.dns.map { "DNS:\($0)" } + names.ip.map { "IP:\($0)" }
    return try issue(
      commonName: names.id, alternatives: ["URI:rxon:\(names.id)"] + hosts, usage: "serverAuth,clientAuth", for: key,
      lifetime: lifetime, now: now)
  }

  /// The certificate of an enrolment endpoint, see ``EnrolmentName``.
  public func issueForEnrolment(key: PublicKey, lifetime: Int, now: Int) throws(PKIFailure) -> Certificate {
    try issue(
      commonName: EnrolmentName.host, alternatives: ["DNS:\(EnrolmentName.host)"], usage: "serverAuth", for: key,
      lifetime: lifetime, now: now)
  }

  private func issue(
    commonName: String, alternatives: [String], usage: String, for key: PublicKey, lifetime: Int, now: Int
  ) throws(PKIFailure) -> Certificate {
    let wanted = try Self.validity(lifetime, now: now)
    guard now < certificate.notAfter else {
      throw PKIFailure(
        .refused, "the authority's own certificate has expired; make a new authority with holon pki init")
    }
    let validity = wanted.lowerBound...min(wanted.upperBound, certificate.notAfter)
    let issuer = certificate.handle.certificate
    let builder = try CertificateBuilder(commonName: commonName, key: key, validity: validity)
    try builder.extend(NID_basic_constraints, "critical,CA:FALSE", issuer: issuer)
    try builder.extend(NID_key_usage, "critical,digitalSignature", issuer: issuer)
    try builder.extend(NID_ext_key_usage, usage, issuer: issuer)
    try builder.extend(NID_subject_alt_name, alternatives.joined(separator: ","), issuer: issuer)
    try builder.extend(NID_subject_key_identifier, "hash", issuer: issuer)
    try builder.extend(NID_authority_key_identifier, "keyid:always", issuer: issuer)
    return try builder.sign(with: self.key, issuer: certificate)
  }

  /// From a while ago, for clocks that are behind, to the end of `lifetime`.
  private static func validity(_ lifetime: Int, now: Int) throws(PKIFailure) -> ClosedRange<Int> {
    let century = 36_525 * 86_400
    guard (1...century).contains(lifetime) else {
      throw PKIFailure(.malformed, "a certificate lives for 1 s to 100 years; choose another time")
    }
    return now - CertificateLife.backdating(lifetime: lifetime)...now + lifetime
  }

  /// A list of revoked certificates (RFC 5280 §5) in PEM form.
  /// - Parameters:
  ///   - revoked: serials in hexadecimal digits, with the Unix seconds of their revocation.
  ///   - number: grows from list to list.
  ///   - now: Unix seconds.
  public func revocationList(
    _ revoked: [(serial: String, at: Int)], number: Int, now: Int
  ) throws(PKIFailure) -> String {
    // It says that it is good as long as the authority itself: it is replaced at each revocation, and one that expires
    // would lock everybody out.
    let list = try RevocationListBuilder(
      issuer: certificate, number: number, thisUpdate: now, nextUpdate: max(now, certificate.notAfter))
    for entry in revoked { try list.add(serial: entry.serial, at: entry.at) }
    return try list.sign(with: key)
  }
}
