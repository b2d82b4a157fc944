import CSQLite
import HolonRouting

/// A prepared statement. Used by one thread at a time; parameters count from 1, columns from 0, as in SQLite.
///
/// A failure of a binding is found by the `step` that follows, which then refuses to run.
final class Statement {
  private let handle: OpaquePointer
  // A statement must not outlive its connection.
  private let connection: Connection
  private var bindingFailure: Int32 = SQLITE_OK

  init(_ handle: OpaquePointer, connection: Connection) {
    self.handle = handle
    self.connection = connection
  }

  deinit {
    sqlite3_finalize(handle)
  }

  func bind(_ index: Int32, _ value: Int) {
    note(sqlite3_bind_int64(handle, index, Int64(value)))
  }

  func bind(_ index: Int32, _ value: Int?) {
    if let value { bind(index, value) } else { bindNull(index) }
  }

  func bind(_ index: Int32, _ value: Double) {
    note(sqlite3_bind_double(handle, index, value))
  }

  func bind(_ index: Int32, _ value: String) {
    // The empty string has no address to offer, and a null pointer would bind NULL.
    guard !value.isEmpty else {
      note(sqlite3_bind_text(handle, index, "", 0, csqlite_transient()))
      return
    }
    var value = value
    let code = value.withUTF8 { utf8 in
      utf8.withMemoryRebound(to: CChar.self) {
        sqlite3_bind_text64(handle, index, $0.baseAddress, UInt64($0.count), csqlite_transient(), UInt8(SQLITE_UTF8))
      }
    }
    note(code)
  }

  func bind(_ index: Int32, _ value: String?) {
    if let value { bind(index, value) } else { bindNull(index) }
  }

  /// Binds bytes without copying them: they must stay where they are until the statement is reset.
  func bind(_ index: Int32, borrowing bytes: UnsafeRawBufferPointer) {
    if bytes.isEmpty {
      note(sqlite3_bind_zeroblob(handle, index, 0))
    } else {
      note(sqlite3_bind_blob64(handle, index, bytes.baseAddress, UInt64(bytes.count), csqlite_static()))
    }
  }

  func bind(_ index: Int32, copying bytes: [UInt8]) {
    note(sqlite3_bind_blob64(handle, index, bytes, UInt64(bytes.count), csqlite_transient()))
  }

  func bindNull(_ index: Int32) {
    note(sqlite3_bind_null(handle, index))
  }

  /// - Returns: whether there is a row to read.
  func step() throws(JournalFailure) -> Bool {
    guard bindingFailure == SQLITE_OK else {
      let code = bindingFailure
      reset()
      throw connection.failure(code)
    }
    let code = sqlite3_step(handle)
    switch code {
    case SQLITE_ROW: return true
    case SQLITE_DONE: return false
    default:
      let failure = connection.failure(code)
      reset()
      throw failure
    }
  }

  /// Runs a statement that gives no rows, and makes it ready for its next use.
  func run() throws(JournalFailure) {
    _ = try step()
    reset()
  }

  /// Runs a statement and reads each of its rows.
  func all<Row>(_ read: (Statement) throws(JournalFailure) -> Row) throws(JournalFailure) -> [Row] {
    defer { reset() }
    var rows: [Row] = []
    while try step() { rows.append(try read(self)) }
    return rows
  }

  func reset() {
    sqlite3_reset(handle)
    bindingFailure = SQLITE_OK
  }

  func integer(_ column: Int32) -> Int { Int(sqlite3_column_int64(handle, column)) }

  func double(_ column: Int32) -> Double { sqlite3_column_double(handle, column) }

  func isNull(_ column: Int32) -> Bool { sqlite3_column_type(handle, column) == SQLITE_NULL }

  func optionalInteger(_ column: Int32) -> Int? { isNull(column) ? nil : integer(column) }

  func optionalText(_ column: Int32) -> String? { isNull(column) ? nil : text(column) }

  func text(_ column: Int32) -> String {
    guard let start = sqlite3_column_text(handle, column) else { return "" }
    let bytes = UnsafeBufferPointer(start: start, count: Int(sqlite3_column_bytes(handle, column)))
    return String(decoding: bytes, as: UTF8.self)
  }

  /// The bytes of a column, valid until the next `step` or `reset`.
  func bytes(_ column: Int32) -> UnsafeRawBufferPointer {
    let start = sqlite3_column_blob(handle, column)
    return UnsafeRawBufferPointer(start: start, count: Int(sqlite3_column_bytes(handle, column)))
  }

  private func note(_ code: Int32) {
    if code != SQLITE_OK { bindingFailure = code }
  }
}
