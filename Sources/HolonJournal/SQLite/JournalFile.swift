import Glibc
import HolonRouting

/// The journal's file as the file system sees it.
enum JournalFile {
  /// Creates the file, readable by its owner only, unless it is there; a new one survives a power cut.
  static func createIfMissing(_ path: String) throws(JournalFailure) {
    let descriptor = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
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
    let descriptor = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
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
