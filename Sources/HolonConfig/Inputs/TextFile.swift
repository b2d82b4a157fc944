import Glibc

/// Reads small text files whole.
enum TextFile {
  struct Unreadable: Error {
    /// The reason as the system gives it, or a limit.
    var reason: String
  }

  /// - Parameter limit: bytes; a longer file is refused, so that a mistyped path to a device or a disk image ends well.
  static func read(_ path: String, limit: Int) throws(Unreadable) -> String {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { throw Unreadable(reason: String(cString: strerror(errno))) }
    defer { close(descriptor) }
    let bytes = try readAll(descriptor, limit: limit)
    guard let text = String(validating: bytes, as: UTF8.self) else { throw Unreadable(reason: "it is not UTF-8 text") }
    return text
  }

  private static func readAll(_ descriptor: Int32, limit: Int) throws(Unreadable) -> [UInt8] {
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 16_384)
    while true {
      let count = Glibc.read(descriptor, &chunk, chunk.count)
      if count < 0 {
        if errno == EINTR { continue }
        throw Unreadable(reason: String(cString: strerror(errno)))
      }
      if count == 0 { return bytes }
      bytes.append(contentsOf: chunk[..<count])
      guard bytes.count <= limit else {
        throw Unreadable(reason: "it is longer than the \(SizeText.format(limit)) that are allowed")
      }
    }
  }
}
