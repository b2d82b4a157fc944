import CSQLite
import Glibc
import HolonRouting

/// What SQLite reported, with the words a person needs. Never holds content.
struct StorageFailure {
  let journalFailure: JournalFailure

  init(code: Int32, connection: OpaquePointer?, path: String) {
    let systemError = connection.map { sqlite3_system_errno($0) } ?? 0
    let reason = connection.map { String(cString: sqlite3_errmsg($0)) } ?? String(cString: sqlite3_errstr(code))
    let detail = systemError == 0 ? reason : "\(reason) (\(String(cString: strerror(systemError))))"
    switch code & 0xff {
    case SQLITE_FULL:
      journalFailure = .full("no room for journal \(path): \(detail)")
    case SQLITE_IOERR where Self.meansNoRoom(systemError):
      journalFailure = .full("no room for journal \(path): \(detail)")
    case SQLITE_BUSY, SQLITE_LOCKED:
      journalFailure = .locked("journal \(path) is held by another process")
    case SQLITE_CORRUPT:
      journalFailure = .unusable("journal \(path) is damaged (\(reason)); move it away to start with an empty one")
    case SQLITE_NOTADB:
      journalFailure = .unusable("\(path) is not a Holon journal; give another path")
    default:
      journalFailure = .other("journal \(path): \(detail)")
    }
  }

  private static func meansNoRoom(_ systemError: Int32) -> Bool {
    systemError == ENOSPC || systemError == EDQUOT || systemError == EFBIG
  }
}
