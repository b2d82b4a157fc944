import Glibc
import NIOCore

/// Makes the listening socket of an address in the file system.
enum UnixDomainSocket {
  /// - Returns: a bound socket, which is the caller's to close.
  static func bind(to path: String) throws -> CInt {
    var address = try address(of: path)
    try removeLeftOver(path)
    let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    guard descriptor >= 0 else { throw IOError(errnoCode: errno, reason: "socket") }
    // Linux gives the file the mode that the socket has; so there is no moment at which others may connect.
    let isBound =
      fchmod(descriptor, 0o600) == 0
      && withUnsafePointer(to: &address) { pointer in
        pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
          Glibc.bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
        }
      } == 0
    guard isBound else {
      let failure = IOError(errnoCode: errno, reason: "bind")
      close(descriptor)
      throw failure
    }
    return descriptor
  }

  /// - Throws: `ENAMETOOLONG` when the path has no room in an address of this family.
  private static func address(of path: String) throws -> sockaddr_un {
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    let bytes = Array(path.utf8)
    let room = MemoryLayout.size(ofValue: address.sun_path)
    guard bytes.count < room else { throw IOError(errnoCode: ENAMETOOLONG, reason: "bind") }
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: bytes) }
    return address
  }

  private static func removeLeftOver(_ path: String) throws {
    var status = stat()
    guard lstat(path, &status) == 0 else { return }
    guard status.st_mode & S_IFMT == S_IFSOCK else { throw IOError(errnoCode: EEXIST, reason: "bind") }
    guard unlink(path) == 0 || errno == ENOENT else { throw IOError(errnoCode: errno, reason: "unlink") }
  }
}
