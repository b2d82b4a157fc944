import RXON
import RXONSignatures

/// An authority on disk, shared by the commands and the node that serves it. Blocks on the disk.
///
/// ```
/// ca.pem, ca.key         its certificate and its key (0600)
/// crl.pem                the certificates that it has revoked
/// issued/HASH.json       a record of each certificate, by the SHA-256 of the certificate
/// invitations/HASH.json  open invitations, by the SHA-256 of their token
/// used/HASH.json         those that were taken up, with the fingerprint of the key
/// lock                   held while crl.pem is made
/// ```
public struct AuthorityFolder: Sendable {
  public let path: String

  public init(_ path: String) {
    self.path = path
  }

  public var certificateFile: String { "\(path)/ca.pem" }
  public var keyFile: String { "\(path)/ca.key" }
  public var revocationListFile: String { "\(path)/crl.pem" }
  var issuedFolder: String { "\(path)/issued" }
  var invitationFolder: String { "\(path)/invitations" }
  var usedFolder: String { "\(path)/used" }

  /// Where a node that serves the authority must be able to write.
  public var writtenFolders: [String] { [path, issuedFolder, invitationFolder, usedFolder] }

  // MARK: - The authority

  /// Makes the folder with a new authority in it.
  /// - Throws: of kind `exists` when there is an authority already.
  public func create(
    name: String, lifetime: Int, passphrase: Passphrase?, now: Int
  ) throws(PKIFailure) -> CertificateAuthority {
    guard !DurableFile.exists(certificateFile) else {
      throw PKIFailure(
        .exists,
        "\(certificateFile) exists: there is an authority already; choose another --folder, or move this one away")
    }
    guard !DurableFile.exists(keyFile) else {
      throw PKIFailure(
        .exists, "\(keyFile) exists without its certificate, as an interrupted init leaves it; remove it and try again")
    }
    let (authority, key) = try CertificateAuthority.create(name: name, lifetime: lifetime, now: now)
    try DurableFile.makeFolder(path, readers: .owner)
    for folder in [issuedFolder, invitationFolder, usedFolder] {
      try DurableFile.makeFolder(folder, readers: .owner)
    }
    let keyText = if let passphrase { try key.encryptedPEM(passphrase) } else { try key.exposedPEM }
    try DurableFile.create(keyFile, keyText, readers: .owner)
    try DurableFile.replace(
      revocationListFile, try authority.revocationList([], number: 1, now: now), readers: .everyone)
    // Last: with it the authority is complete.
    try DurableFile.create(certificateFile, try authority.certificate.pem, readers: .everyone)
    return authority
  }

  /// The authority's certificate alone, for what needs no key.
  public func certificate() throws(PKIFailure) -> Certificate {
    try Certificate(pem: read(certificateFile, DurableFile.readText(_:limit:)))
  }

  public func authority(passphrase: Passphrase? = nil) throws(PKIFailure) -> CertificateAuthority {
    let certificate = try certificate()
    let text = try read(keyFile, DurableFile.readSecret(_:limit:))
    let key: PrivateKey
    do throws(PKIFailure) {
      key = try PrivateKey(pem: text, passphrase: passphrase)
    } catch {
      throw PKIFailure(error.kind, "\(keyFile): \(error.message)")
    }
    return try CertificateAuthority(certificate: certificate, key: key)
  }

  private func read(
    _ file: String, _ reader: (String, Int) throws(PKIFailure) -> String
  ) throws(PKIFailure) -> String {
    do throws(PKIFailure) {
      return try reader(file, 64 << 10)
    } catch  where error.kind == .notFound {
      throw PKIFailure(.notFound, "there is no authority in \(path) (\(file) is missing); make one with holon pki init")
    }
  }

  // MARK: - Certificates

  /// Signs a certificate and keeps a record of it; the record is on disk first.
  public func issue(
    _ names: SubjectNames, for key: PublicKey, by authority: CertificateAuthority, lifetime: Int, now: Int
  ) throws(PKIFailure) -> Certificate {
    let certificate = try authority.issue(names, for: key, lifetime: lifetime, now: now)
    try write(try IssuedCertificate(certificate, names: names, issuedAt: now), isNew: true)
    return certificate
  }

  /// All certificates that were issued, the oldest first.
  public func issued() throws(PKIFailure) -> [IssuedCertificate] {
    var records: [IssuedCertificate] = []
    for name in try DurableFile.names(in: issuedFolder, suffix: ".json") {
      let file = "\(issuedFolder)/\(name)"
      records.append(try IssuedCertificate(try json(file), path: file))
    }
    return records.sorted { ($0.issuedAt, $0.serial) < ($1.issuedAt, $1.serial) }
  }

  /// - Parameter fingerprint: SHA-256 of a certificate in lower-case hexadecimal digits.
  public func record(of fingerprint: String) throws(PKIFailure) -> IssuedCertificate? {
    guard bytes(hexadecimal: fingerprint)?.count == 32 else { return nil }
    let file = recordFile(fingerprint.lowercased())
    guard DurableFile.exists(file) else { return nil }
    return try IssuedCertificate(try json(file), path: file)
  }

  /// Renews a certificate of this authority for the same node and hosts.
  /// - Parameter fingerprint: of the present certificate, whose key its holder has proven to have.
  /// - Throws: of kind `refused` when it is none of this authority's, has expired or was revoked.
  public func renew(
    _ fingerprint: String, request: CertificateRequest, by authority: CertificateAuthority, lifetime: Int, now: Int
  ) throws(PKIFailure) -> (certificate: Certificate, names: SubjectNames) {
    // So that a revocation finds either the old certificate alone or both.
    try DurableFile.exclusively(in: path) { () throws(PKIFailure) in
      guard let present = try record(of: fingerprint) else {
        throw PKIFailure(.refused, "the certificate is none of this authority's; join anew with holon join")
      }
      guard present.isGood(at: now) else {
        let state = present.revokedAt == nil ? "has expired" : "was revoked"
        throw PKIFailure(.refused, "the certificate \(state); join anew with holon join")
      }
      let certificate = try issue(present.names, for: request.publicKey, by: authority, lifetime: lifetime, now: now)
      return (certificate, present.names)
    }
  }

  private func recordFile(_ fingerprint: String) -> String {
    "\(issuedFolder)/\(fingerprint).json"
  }

  private func write(_ record: IssuedCertificate, isNew: Bool) throws(PKIFailure) {
    let file = recordFile(record.fingerprint)
    let text = record.json.string + "\n"
    if isNew {
      try DurableFile.create(file, text, readers: .owner)
    } else {
      try DurableFile.replace(file, text, readers: .owner)
    }
  }

  // MARK: - Revoking

  /// Revokes certificates by a node's id (all its good ones, and its invitations) or by a serial, and writes the list.
  /// - Returns: what was revoked now; empty when everything was already.
  /// - Throws: of kind `notFound` when nothing of that name was ever issued.
  public func revoke(
    _ idOrSerial: String, by authority: CertificateAuthority, now: Int
  ) throws(PKIFailure) -> [IssuedCertificate] {
    try DurableFile.exclusively(in: path) { () throws(PKIFailure) in
      var all = try issued()
      let invitations = try removeInvitations(of: idOrSerial)
      let meant = all.indices.filter { all[$0].names.id == idOrSerial || all[$0].serial == idOrSerial.lowercased() }
      guard !meant.isEmpty || invitations > 0 else {
        throw PKIFailure(.notFound, "no certificate has the id or serial '\(idOrSerial)'; holon pki list shows them")
      }
      let fresh = meant.filter { all[$0].isGood(at: now) }
      for index in fresh {
        all[index].revokedAt = now
        try write(all[index], isNew: false)
      }
      try writeRevocationList(of: all, by: authority, now: now)
      return fresh.map { all[$0] }
    }
  }

  /// Certificates that have expired are left out: nobody takes them anyway.
  private func writeRevocationList(
    of records: [IssuedCertificate], by authority: CertificateAuthority, now: Int
  ) throws(PKIFailure) {
    let revoked = records.compactMap { record in
      record.revokedAt.flatMap { now < record.notAfter ? (serial: record.serial, at: $0) : nil }
    }
    // Time grows from list to list, as the number must.
    let list = try authority.revocationList(revoked, number: now, now: now)
    try DurableFile.replace(revocationListFile, list, readers: .everyone)
  }

  func json(_ file: String) throws(PKIFailure) -> RawJSON {
    let text = try DurableFile.readText(file)
    do {
      return try RawJSON(validating: text)
    } catch {
      throw .unreadableRecord(file)
    }
  }
}
