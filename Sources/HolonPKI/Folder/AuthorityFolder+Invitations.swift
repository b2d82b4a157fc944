import RXON
import RXONSignatures

/// Inviting nodes, and taking them in once.
extension AuthorityFolder {
  /// Remembers an invitation.
  /// - Parameter expires: Unix seconds.
  /// - Returns: its token, which is kept nowhere here.
  public func invite(_ names: SubjectNames, expires: Int) throws(PKIFailure) -> String {
    // A folder without an authority would take it, and nobody could ever honour it.
    _ = try certificate()
    let token = SecureRandom.token()
    try DurableFile.create(
      "\(invitationFolder)/\(Invitation.fileName(ofToken: token))",
      Invitation(names: names, expires: expires).json.string + "\n", readers: .owner)
    return token
  }

  /// Invitations, those that were taken up included, the first to expire first.
  public func invitations() throws(PKIFailure) -> [Invitation] {
    var found: [Invitation] = []
    for folder in [invitationFolder, usedFolder] {
      for name in try DurableFile.names(in: folder, suffix: ".json") {
        let file = "\(folder)/\(name)"
        found.append(try Invitation(try json(file), path: file))
      }
    }
    return found.sorted { ($0.expires, $0.names.id) < ($1.expires, $1.names.id) }
  }

  /// Takes a node in: claims its invitation, then signs its certificate.
  ///
  /// The claim holds the fingerprint of the key and is made by an exclusive link, so that of two who come with one
  /// token a single one gets in. A repeat with the same key, because the answer was lost, gets a certificate again
  /// until the invitation expires.
  /// - Throws: of kind `refused` when the token is unknown, used or expired; the text does not tell which ids exist.
  public func enrol(
    token: String, request: CertificateRequest, by authority: CertificateAuthority, lifetime: Int, now: Int
  ) throws(PKIFailure) -> (certificate: Certificate, names: SubjectNames) {
    try DurableFile.exclusively(in: path) { () throws(PKIFailure) in
      let invitation = try claim(token, by: request.publicKey.fingerprint, now: now)
      let certificate = try issue(
        invitation.names, for: request.publicKey, by: authority, lifetime: lifetime, now: now)
      return (certificate, invitation.names)
    }
  }

  private func claim(_ token: String, by fingerprint: String, now: Int) throws(PKIFailure) -> Invitation {
    let name = Invitation.fileName(ofToken: token)
    let (open, used) = ("\(invitationFolder)/\(name)", "\(usedFolder)/\(name)")
    if DurableFile.exists(used) { return try repeatedClaim(used, by: fingerprint, now: now) }
    guard DurableFile.exists(open) else {
      throw PKIFailure(.refused, "this invitation is not known here; make a new one with holon pki invite")
    }
    var invitation = try Invitation(try json(open), path: open)
    try expectUnexpired(invitation, now: now)
    invitation.claimedBy = fingerprint
    do throws(PKIFailure) {
      try DurableFile.create(used, invitation.json.string + "\n", readers: .owner)
    } catch  where error.kind == .exists {
      return try repeatedClaim(used, by: fingerprint, now: now)
    }
    try DurableFile.remove(open)
    return invitation
  }

  private func repeatedClaim(_ file: String, by fingerprint: String, now: Int) throws(PKIFailure) -> Invitation {
    let invitation = try Invitation(try json(file), path: file)
    guard invitation.claimedBy == fingerprint else {
      throw PKIFailure(
        .refused, "this invitation was used before, with another key; make a new one with holon pki invite")
    }
    try expectUnexpired(invitation, now: now)
    return invitation
  }

  private func expectUnexpired(_ invitation: Invitation, now: Int) throws(PKIFailure) {
    guard now < invitation.expires else {
      throw PKIFailure(.refused, "this invitation has expired; make a new one with holon pki invite")
    }
  }

  /// - Returns: how many there were.
  func removeInvitations(of id: String) throws(PKIFailure) -> Int {
    var count = 0
    for folder in [invitationFolder, usedFolder] {
      for name in try DurableFile.names(in: folder, suffix: ".json") {
        let file = "\(folder)/\(name)"
        guard try Invitation(try json(file), path: file).names.id == id else { continue }
        try DurableFile.remove(file)
        count += 1
      }
    }
    return count
  }
}
