import Glibc

/// What tells one state of a file from another, links followed.
struct FileStamp: Sendable, Hashable {
  private let device: UInt
  private let inode: UInt
  private let size: Int
  private let seconds: Int
  private let nanoseconds: Int

  /// `nil` when there is no such file.
  init?(path: String) {
    var attributes = stat()
    guard stat(path, &attributes) == 0 else { return nil }
    device = UInt(attributes.st_dev)
    inode = UInt(attributes.st_ino)
    size = Int(attributes.st_size)
    seconds = attributes.st_mtim.tv_sec
    nanoseconds = attributes.st_mtim.tv_nsec
  }
}
