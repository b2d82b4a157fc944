import Glibc
import HolonRouting

/// The journal's file as the file system sees it.
enum JournalFile {
  /// Opens the file for its one writer: durable, at the schema's version, free of damage as far as was looked.
  static func open(_ path: String, schema: Schema) throws(JournalFailure) -> Connection {
    try createIfMissing(path)
    let wasLeftOpen = wasLeftOpen(path)
    let connection = try Connection(path: path, access: .readWrite)
    // Before anything is written: it may be somebody else's file.
    _ = try schema.check(connection)
    if wasLeftOpen { try checkIntegrity(of: connection) }
    try makeDurable(connection)
    try schema.migrate(connection)
    return connection
  }

  /// Looks for damage for a while: a large journal must not keep a node from starting.
  private static func checkIntegrity(of connection: Connection) throws(JournalFailure) {
    let verdict = try connection.text("PRAGMA quick_check(1)", within: .seconds(2))
    guard let verdict, verdict != "ok" else { return }
    throw .unusable("journal \(connection.path) is damaged (\(verdict)); move it away to start with an empty one")
  }

  private static func makeDurable(_ connection: Connection) throws(JournalFailure) {
    // Takes effect for an empty file; before the change to write-ahead logging.
    try connection.execute("PRAGMA auto_vacuum = INCREMENTAL")
    guard try connection.text("PRAGMA journal_mode = WAL") == "wal" else {
      throw .other("journal \(connection.path): the file system cannot do write-ahead logging; give another path")
    }
    try connection.execute(
      """
      PRAGMA synchronous = FULL;
      PRAGMA wal_autocheckpoint = 4000;
      PRAGMA journal_size_limit = 67108864;
      PRAGMA cache_size = -8192;
      PRAGMA temp_store = MEMORY;
      PRAGMA trusted_schema = OFF;
      """)
    guard try connection.integer("PRAGMA synchronous") == 2 else {
      throw .other("journal \(connection.path): SQLite does not write durably here")
    }
  }

  /// Creates the file, readable by its owner only, unless it is there; a new one survives a power cut.
  static func createIfMissing(_ path: String) throws(JournalFailure) {
    let descriptor = Glibc.open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else {
      if errno == EEXIST { return }
      throw .other("cannot create journal \(path): \(String(cString: strerror(errno)))")
    }
    close(descriptor)
    try synchroniseDirectory(of: path)
  }

  /// Whether the last writer ended without closing: SQLite removes the write-ahead log when it closes a journal.
  static func wasLeftOpen(_ path: String) -> Bool {
    size(path + "-wal") > 0
  }

  static func exists(_ path: String) -> Bool {
    access(path, F_OK) == 0
  }

  private static func size(_ path: String) -> Int {
    var status = stat()
    return stat(path, &status) == 0 ? Int(status.st_size) : 0
  }

  private static func synchroniseDirectory(of path: String) throws(JournalFailure) {
    let directory = path.lastIndex(of: "/").map { $0 == path.startIndex ? "/" : String(path[..<$0]) } ?? "."
    let descriptor = Glibc.open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else {
      throw .other("cannot open directory \(directory): \(String(cString: strerror(errno)))")
    }
    defer { close(descriptor) }
    // Some file systems cannot synchronise a directory and do not need to.
    guard fsync(descriptor) == 0 || errno == EINVAL else {
      throw .other("cannot synchronise directory \(directory): \(String(cString: strerror(errno)))")
    }
  }
}
