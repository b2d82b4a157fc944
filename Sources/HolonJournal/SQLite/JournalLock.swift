import Glibc
import HolonRouting

/// Keeps a second process from writing to a journal: an advisory lock on `<path>.lock`, which the kernel releases when
/// the process ends, however it ends. Readers do not take it.
final class JournalLock {
  private let descriptor: Int32

  init(journal path: String) throws(JournalFailure) {
    let lockPath = path + ".lock"
    let descriptor = open(lockPath, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else {
      throw .other("cannot open \(lockPath): \(String(cString: strerror(errno)))")
    }
    guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
      let holder = Self.holder(descriptor)
      close(descriptor)
      throw .locked("journal \(path) is held by another process\(holder); stop it first, or give another path")
    }
    Self.write(processIDTo: descriptor)
    self.descriptor = descriptor
  }

  deinit {
    // The file stays: removing it would let two processes lock two different files of one name.
    ftruncate(descriptor, 0)
    close(descriptor)
  }

  private static func write(processIDTo descriptor: Int32) {
    let text = Array("\(getpid())\n".utf8)
    ftruncate(descriptor, 0)
    // Only a hint for people; the lock holds without it.
    _ = pwrite(descriptor, text, text.count, 0)
  }

  private static func holder(_ descriptor: Int32) -> String {
    var buffer = [UInt8](repeating: 0, count: 16)
    let count = pread(descriptor, &buffer, buffer.count, 0)
    guard count > 0 else { return "" }
    let digits = String(decoding: buffer.prefix(count).prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self)
    return Int(digits).map { " (pid \($0))" } ?? ""
  }
}
