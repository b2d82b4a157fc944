import HolonRouting

/// What is in the file, by version. A step, once released, never changes; a new version is a new step at the end.
struct Schema {
  /// `HOLN`: tells a journal from any other SQLite file.
  static let applicationID = 0x484F_4C4E

  static let current = Schema(steps: [workAndMemory, deadLetters, skillRequirements, childAccess, children])

  /// The statements that lead from each version to the next; the first makes version 1 of an empty file.
  let steps: [String]

  var version: Int { steps.count }

  /// Brings the file to this version, each step in a transaction of its own.
  func migrate(_ connection: Connection) throws(JournalFailure) {
    let found = try check(connection)
    for version in found..<steps.count {
      do throws(JournalFailure) {
        try connection.execute(
          """
          BEGIN IMMEDIATE;
          \(steps[version])
          PRAGMA application_id = \(Self.applicationID);
          PRAGMA user_version = \(version + 1);
          COMMIT;
          """)
      } catch {
        connection.rollBack()
        throw error
      }
    }
  }

  /// The version found in the file: 0 for an empty one.
  /// - Throws: ``JournalFailure/unusable(_:)`` for another program's file and for one of a later version.
  func check(_ connection: Connection) throws(JournalFailure) -> Int {
    let applicationID = try connection.integer("PRAGMA application_id") ?? 0
    let version = try connection.integer("PRAGMA user_version") ?? 0
    let isEmpty = try connection.integer("SELECT count(*) FROM sqlite_master") == 0
    if isEmpty, applicationID == 0, version == 0 { return 0 }
    guard applicationID == Self.applicationID else {
      throw .unusable("\(connection.path) is not a Holon journal; give another path")
    }
    guard version <= self.version else {
      throw .unusable(
        "journal \(connection.path) is of schema version \(version), this program knows up to \(self.version); "
          + "use the newer program, or another path")
    }
    return version
  }
}

extension Schema {
  // `number` is one sequence over tasks, outbox and dead letters: the order of arrival, and the name for a person.
  // Rows are found by a dictionary in memory, so that no index needs to be kept for them.
  // `plain_bytes` is the size of a content that is stored as an LZ4 frame, NULL for one stored as it is.
  private static let workAndMemory = """
    CREATE TABLE tasks (
      number INTEGER PRIMARY KEY,
      job TEXT NOT NULL, task TEXT NOT NULL, uplink TEXT NOT NULL, skill TEXT NOT NULL,
      priority REAL NOT NULL, deadline INTEGER, child TEXT, attempts INTEGER NOT NULL, taken_at INTEGER NOT NULL,
      plain_bytes INTEGER, content BLOB NOT NULL
    ) STRICT;
    CREATE TABLE outbox (
      number INTEGER PRIMARY KEY,
      kind TEXT NOT NULL, job TEXT NOT NULL, subject TEXT NOT NULL, uplink TEXT NOT NULL, status TEXT NOT NULL,
      priority REAL NOT NULL, stored_at INTEGER NOT NULL,
      plain_bytes INTEGER, content BLOB NOT NULL
    ) STRICT;
    CREATE INDEX events_by_priority ON outbox (priority, number) WHERE kind = 'event';
    CREATE TABLE finished (
      number INTEGER PRIMARY KEY,
      job TEXT NOT NULL, task TEXT NOT NULL, outcome TEXT NOT NULL, at INTEGER NOT NULL
    ) STRICT;
    CREATE TABLE seen_events (
      number INTEGER PRIMARY KEY,
      event TEXT NOT NULL, at INTEGER NOT NULL
    ) STRICT;
    """

  // `skill`, `priority`, `deadline` and `status` are those of the row it was, where it was one; a retry needs them.
  private static let deadLetters = """
    CREATE TABLE dead_letters (
      number INTEGER PRIMARY KEY,
      kind TEXT NOT NULL, subject TEXT NOT NULL, uplink TEXT NOT NULL,
      skill TEXT, priority REAL, deadline INTEGER, status TEXT,
      reason TEXT NOT NULL, detail TEXT NOT NULL, at INTEGER NOT NULL,
      plain_bytes INTEGER, content BLOB NOT NULL
    ) STRICT;
    """

  // A task that asks for a version or a type of its skill asks so after a restart too.
  private static let skillRequirements = """
    ALTER TABLE tasks ADD COLUMN skill_version TEXT;
    ALTER TABLE tasks ADD COLUMN skill_type TEXT;
    """

  // Of tokens only keyed digests are kept. The key lies beside them: it keeps access tokens good over a restart, and
  // tokens are too random to be guessed from digest and key.
  private static let childAccess = """
    CREATE TABLE node_secret (
      number INTEGER PRIMARY KEY CHECK (number = 1), secret BLOB NOT NULL
    ) STRICT;
    CREATE TABLE child_access (
      child TEXT PRIMARY KEY NOT NULL,
      token_digest TEXT, token_issued_at INTEGER, epoch INTEGER NOT NULL, revoked_at INTEGER
    ) STRICT, WITHOUT ROWID;
    """

  // The child that stands for itself at the parent; NULL where the node stands for all.
  private static let children = """
    ALTER TABLE tasks ADD COLUMN uplink_child TEXT;
    ALTER TABLE outbox ADD COLUMN uplink_child TEXT;
    ALTER TABLE dead_letters ADD COLUMN uplink_child TEXT;
    """
}
