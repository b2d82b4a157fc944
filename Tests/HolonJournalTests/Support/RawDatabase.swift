import CSQLite

/// SQLite without the journal's code, for making files as somebody else would.
enum RawDatabase {
  @discardableResult
  static func execute(_ sql: String, on path: String) -> Int32 {
    var handle: OpaquePointer?
    defer { sqlite3_close_v2(handle) }
    let code = sqlite3_open_v2(path, &handle, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, nil)
    return code == SQLITE_OK ? sqlite3_exec(handle, sql, nil, nil, nil) : code
  }
}
