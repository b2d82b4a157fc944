import Glibc
import RXONSignatures

/// Small files that are there as a whole or not at all, whatever happens while they are written. Blocks on the disk.
public enum DurableFile {
  public enum Readers: Sendable, Hashable {
    /// Mode 0600.
    case owner
    /// Mode 0644.
    case everyone

    fileprivate var mode: mode_t { self == .owner ? 0o600 : 0o644 }
  }

  /// Writes a file that must not be there yet.
  /// - Throws: ``PKIFailure`` of kind `exists` when it is; it is left as it was then.
  public static func create(_ path: String, _ text: String, readers: Readers) throws(PKIFailure) {
    let draft = try writeDraft(of: path, text, readers: readers)
    defer { unlink(draft) }
    // Unlike a rename, a link does not go over what is there.
    guard link(draft, path) == 0 else {
      if errno == EEXIST {
        throw PKIFailure(.exists, "\(path) exists and is not overwritten; move it away, or choose another folder")
      }
      throw failure("write", path)
    }
    try synchronize(folderOf: path)
  }

  /// Writes a file in the place of the one that may be there.
  public static func replace(_ path: String, _ text: String, readers: Readers) throws(PKIFailure) {
    let draft = try writeDraft(of: path, text, readers: readers)
    guard rename(draft, path) == 0 else {
      let failure = failure("write", path)
      unlink(draft)
      throw failure
    }
    try synchronize(folderOf: path)
  }

  /// Does nothing when there is no such file.
  public static func remove(_ path: String) throws(PKIFailure) {
    guard unlink(path) == 0 || errno == ENOENT else { throw failure("remove", path) }
    try synchronize(folderOf: path)
  }

  /// - Parameter limit: bytes; a longer file is refused.
  public static func readText(_ path: String, limit: Int = 256 << 10) throws(PKIFailure) -> String {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { throw failure("read", path) }
    defer { close(descriptor) }
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 4096)
    while true {
      let count = read(descriptor, &chunk, chunk.count)
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else { throw failure("read", path) }
      guard count > 0 else { break }
      bytes += chunk.prefix(count)
      guard bytes.count <= limit else { throw PKIFailure(.malformed, "\(path) is longer than \(limit) bytes") }
    }
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw PKIFailure(.malformed, "\(path) is not UTF-8 text")
    }
    return text
  }

  /// As ``readText(_:limit:)``, of a file with a secret.
  /// - Throws: also when everybody on the machine can read it.
  public static func readSecret(_ path: String, limit: Int = 256 << 10) throws(PKIFailure) -> String {
    let text = try readText(path, limit: limit)
    var attributes = stat()
    guard stat(path, &attributes) == 0 else { throw failure("read", path) }
    guard attributes.st_mode & 0o007 == 0 else {
      throw PKIFailure(
        .storage,
        "\(path) can be read or written by everybody on this machine; chmod 600 it, and if others were on the "
          + "machine, make a new one")
    }
    return text
  }

  public static func exists(_ path: String) -> Bool {
    var attributes = stat()
    return lstat(path, &attributes) == 0
  }

  /// Makes a folder and those above it that are missing; one that is there stays as it is.
  /// - Parameter readers: of the folder itself.
  public static func makeFolder(_ path: String, readers: Readers) throws(PKIFailure) {
    let mode: mode_t = readers == .owner ? 0o700 : 0o755
    if mkdir(path, mode) == 0 {
      try synchronize(folderOf: path)
      return
    }
    if errno == ENOENT, let above = folder(of: path), above != path {
      try makeFolder(above, readers: .everyone)
      guard mkdir(path, mode) == 0 || errno == EEXIST else { throw failure("make the folder", path) }
      return
    }
    let reason = errno
    var attributes = stat()
    guard reason == EEXIST, stat(path, &attributes) == 0, attributes.st_mode & S_IFMT == S_IFDIR else {
      errno = reason
      throw failure("make the folder", path)
    }
  }

  /// The names in a folder that end in `suffix`, sorted.
  static func names(in folder: String, suffix: String) throws(PKIFailure) -> [String] {
    guard let directory = opendir(folder) else { throw failure("read the folder", folder) }
    defer { closedir(directory) }
    var names: [String] = []
    while let entry = readdir(directory) {
      let name = name(of: entry)
      if name.hasSuffix(suffix), !name.hasPrefix(".") { names.append(name) }
    }
    return names.sorted()
  }

  /// Runs `body` while no other process is in such a section of the same folder.
  static func exclusively<Value>(
    in folder: String, _ body: () throws(PKIFailure) -> Value
  ) throws(PKIFailure) -> Value {
    let path = "\(folder)/lock"
    let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw failure("open", path) }
    defer { close(descriptor) }
    while flock(descriptor, LOCK_EX) != 0 {
      guard errno == EINTR else { throw failure("lock", path) }
    }
    return try body()
  }

  /// Removes what writers of this file that were killed have left beside it. For when nobody writes it now.
  public static func removeDrafts(of path: String) {
    let (above, name) = split(path)
    guard let directory = opendir(above) else { return }
    defer { closedir(directory) }
    while let entry = readdir(directory) {
      let found = Self.name(of: entry)
      if found.hasPrefix(".\(name)."), found.hasSuffix(".new") { unlink("\(above)/\(found)") }
    }
  }

  private static func name(of entry: UnsafeMutablePointer<dirent>) -> String {
    withUnsafePointer(to: &entry.pointee.d_name) { name in
      name.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
    }
  }

  // MARK: - Steps

  /// Writes the text beside its place, down to the disk. A kill leaves at worst a file whose name begins with a dot.
  private static func writeDraft(of path: String, _ text: String, readers: Readers) throws(PKIFailure) -> String {
    let (above, name) = split(path)
    let draft = "\(above)/.\(name).\(SecureRandom.token(byteCount: 8)).new"
    let descriptor = open(draft, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, readers.mode)
    guard descriptor >= 0 else { throw failure("write", path) }
    defer { close(descriptor) }
    // Whatever the umask takes away: others that need the file shall read it, nobody else.
    guard fchmod(descriptor, readers.mode) == 0, write(text, to: descriptor), fsync(descriptor) == 0 else {
      let failure = failure("write", path)
      unlink(draft)
      throw failure
    }
    return draft
  }

  private static func write(_ text: String, to descriptor: Int32) -> Bool {
    var rest = Array(text.utf8)[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { return false }
      rest = rest.dropFirst(count)
    }
    return true
  }

  private static func synchronize(folderOf path: String) throws(PKIFailure) {
    let (above, _) = split(path)
    let descriptor = open(above, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else { throw failure("open the folder", above) }
    defer { close(descriptor) }
    guard fsync(descriptor) == 0 else { throw failure("synchronize the folder", above) }
  }

  private static func split(_ path: String) -> (folder: String, name: String) {
    guard let slash = path.lastIndex(of: "/") else { return (".", path) }
    let above = slash == path.startIndex ? "/" : String(path[..<slash])
    return (above, String(path[slash...].dropFirst()))
  }

  private static func folder(of path: String) -> String? {
    let trimmed = path.last == "/" ? String(path.dropLast()) : path
    guard trimmed.contains("/") else { return nil }
    return split(trimmed).folder
  }

  private static func failure(_ action: String, _ path: String) -> PKIFailure {
    let code = errno
    let reason = String(cString: strerror(code)).lowercased()
    let remedy =
      switch code {
      case ENOENT: "check the path"
      case EACCES, EPERM: "let this user do it, or choose another folder"
      case ENOSPC, EDQUOT: "make room"
      default: "check the disk and the path"
      }
    return PKIFailure(code == ENOENT ? .notFound : .storage, "cannot \(action) \(path): \(reason); \(remedy)")
  }
}
