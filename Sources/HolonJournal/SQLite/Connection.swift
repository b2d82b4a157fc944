import CSQLite
import Glibc
import HolonRouting

/// One connection to the journal's file. Used by one thread at a time.
final class Connection {
  enum Access {
    case readWrite, readOnly
  }

  let path: String
  private let handle: OpaquePointer

  init(path: String, access: Access) throws(JournalFailure) {
    self.path = path
    let flags = (access == .readWrite ? SQLITE_OPEN_READWRITE : SQLITE_OPEN_READONLY) | SQLITE_OPEN_NOMUTEX
    var handle: OpaquePointer?
    let code = sqlite3_open_v2(path, &handle, flags, nil)
    guard let handle, code == SQLITE_OK else {
      let failure = StorageFailure(code: code, connection: handle, path: path)
      sqlite3_close_v2(handle)
      throw failure.journalFailure
    }
    self.handle = handle
    sqlite3_extended_result_codes(handle, 1)
    // Readers and a checkpoint may hold the file for a moment.
    sqlite3_busy_timeout(handle, 5_000)
  }

  deinit {
    sqlite3_close_v2(handle)
  }

  func execute(_ sql: String) throws(JournalFailure) {
    let code = sqlite3_exec(handle, sql, nil, nil, nil)
    guard code == SQLITE_OK else { throw failure(code) }
  }

  /// Prepares a statement that is used often.
  func prepare(_ sql: String) throws(JournalFailure) -> Statement {
    var statement: OpaquePointer?
    let code = sqlite3_prepare_v3(handle, sql, -1, UInt32(SQLITE_PREPARE_PERSISTENT), &statement, nil)
    guard let statement, code == SQLITE_OK else { throw failure(code) }
    return Statement(statement, connection: self)
  }

  /// The first column of the first row as an integer, or nil without a row.
  func integer(_ sql: String) throws(JournalFailure) -> Int? {
    let statement = try prepare(sql)
    return try statement.step() ? statement.integer(0) : nil
  }

  /// The first column of the first row as text, or nil without a row.
  func text(_ sql: String) throws(JournalFailure) -> String? {
    let statement = try prepare(sql)
    return try statement.step() ? statement.text(0) : nil
  }

  /// False while a transaction is open.
  var isOutsideTransaction: Bool {
    sqlite3_get_autocommit(handle) != 0
  }

  /// Undoes the open transaction. Some failures have done so already.
  func rollBack() {
    guard !isOutsideTransaction else { return }
    sqlite3_exec(handle, "ROLLBACK", nil, nil, nil)
  }

  func failure(_ code: Int32) -> JournalFailure {
    StorageFailure(code: code, connection: handle, path: path).journalFailure
  }

  /// As ``text(_:)``, but gives up and returns nil once it has taken longer than `limit`.
  func text(_ sql: String, within limit: Duration) throws(JournalFailure) -> String? {
    let deadline = Deadline(ContinuousClock.now + limit)
    sqlite3_progress_handler(
      handle, 10_000,
      { context in
        guard let context else { return 0 }
        return Unmanaged<Deadline>.fromOpaque(context).takeUnretainedValue().hasPassed ? 1 : 0
      }, Unmanaged.passUnretained(deadline).toOpaque())
    defer { sqlite3_progress_handler(handle, 0, nil, nil) }
    return try withExtendedLifetime(deadline) { () throws(JournalFailure) -> String? in
      do throws(JournalFailure) {
        return try text(sql)
      } catch {
        if deadline.hasPassed { return nil }
        throw error
      }
    }
  }
}

private final class Deadline {
  private let instant: ContinuousClock.Instant

  init(_ instant: ContinuousClock.Instant) {
    self.instant = instant
  }

  var hasPassed: Bool { ContinuousClock.now >= instant }
}
