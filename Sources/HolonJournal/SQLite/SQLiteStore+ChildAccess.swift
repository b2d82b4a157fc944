import HolonRouting

// A person makes these changes, now and then: their statements are not kept prepared.
extension SQLiteStore {
  mutating func store(_ secret: NodeSecret) throws(JournalFailure) {
    let statement = try connection.prepare("INSERT OR REPLACE INTO node_secret VALUES (1, ?1)")
    statement.bind(1, copying: secret.bytes)
    try statement.run()
  }

  mutating func issueToken(to child: String, digest: String, at: Int) throws(JournalFailure) {
    let statement = try connection.prepare(
      """
      INSERT INTO child_access (child, token_digest, token_issued_at, epoch) VALUES (?1, ?2, ?3, 1)
      ON CONFLICT (child) DO UPDATE SET token_digest = ?2, token_issued_at = ?3, epoch = epoch + 1
      """)
    statement.bind(1, child)
    statement.bind(2, digest)
    statement.bind(3, at)
    try statement.run()
  }

  mutating func revoke(child: String, at: Int) throws(JournalFailure) {
    let statement = try connection.prepare(
      """
      INSERT INTO child_access (child, epoch, revoked_at) VALUES (?1, 1, ?2)
      ON CONFLICT (child) DO UPDATE SET revoked_at = ?2, epoch = epoch + 1
      """)
    statement.bind(1, child)
    statement.bind(2, at)
    try statement.run()
  }

  mutating func restore(child: String) throws(JournalFailure) {
    let statement = try connection.prepare("UPDATE child_access SET revoked_at = NULL WHERE child = ?1")
    statement.bind(1, child)
    try statement.run()
  }

  func nodeSecret() throws(JournalFailure) -> NodeSecret? {
    let rows = try connection.prepare("SELECT secret FROM node_secret")
    return try rows.all { NodeSecret(Array($0.bytes(0))) }.first
  }

  func childAccess() throws(JournalFailure) -> [ChildAccessRecord] {
    let rows = try connection.prepare(
      "SELECT child, token_digest, token_issued_at, epoch, revoked_at FROM child_access ORDER BY child")
    return try rows.all { row in
      ChildAccessRecord(
        child: row.text(0), tokenDigest: row.optionalText(1), tokenIssuedAt: row.optionalInteger(2),
        epoch: row.integer(3), revokedAt: row.optionalInteger(4))
    }
  }
}
