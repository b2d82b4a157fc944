import Glibc

/// A connection of a ``Dialler``, closed with its last reference.
final class Connection {
  private let descriptor: Int32
  private let deadline: ContinuousClock.Instant

  /// Connects to a socket in the file system; nil when nobody listens there.
  init?(toSocket path: String, deadline: ContinuousClock.Instant) throws(Dialler.Failure) {
    self.deadline = deadline
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    let bytes = Array(path.utf8)
    // A node makes no socket either where the path is too long.
    guard bytes.count < MemoryLayout.size(ofValue: address.sun_path) else { return nil }
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: bytes) }
    descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue), 0)
    guard descriptor >= 0 else { throw .broken(Self.reason(errno)) }
    let status = withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
      }
    }
    guard status != 0 else { return }
    if errno == ENOENT || errno == ECONNREFUSED { return nil }
    throw .refused(errno == EACCES ? "only the user that the node runs as may use it" : Self.reason(errno))
  }

  deinit {
    close(descriptor)
  }

  func write(_ bytes: [UInt8]) throws(Dialler.Failure) {
    var sent = 0
    while sent < bytes.count {
      try wait(for: POLLOUT)
      let count = bytes[sent...].withUnsafeBytes { rest in
        send(descriptor, rest.baseAddress, rest.count, Int32(MSG_NOSIGNAL))
      }
      if count < 0 {
        if errno == EINTR || errno == EAGAIN { continue }
        throw .broken(Self.reason(errno))
      }
      sent += count
    }
  }

  /// Some bytes; none at the end.
  func read() throws(Dialler.Failure) -> [UInt8] {
    var chunk = [UInt8](repeating: 0, count: 16_384)
    while true {
      try wait(for: POLLIN)
      let count = recv(descriptor, &chunk, chunk.count, 0)
      if count >= 0 { return Array(chunk[..<count]) }
      guard errno == EINTR || errno == EAGAIN else { throw .broken(Self.reason(errno)) }
    }
  }

  private func wait(for events: Int32) throws(Dialler.Failure) {
    while true {
      let left = ContinuousClock.now.duration(to: deadline)
      guard left > .zero else { throw .timedOut }
      var waiting = pollfd(fd: descriptor, events: Int16(events), revents: 0)
      let milliseconds = left.components.seconds * 1000 + left.components.attoseconds / 1_000_000_000_000_000 + 1
      let count = poll(&waiting, 1, Int32(clamping: milliseconds))
      if count > 0 { return }
      if count < 0, errno != EINTR { throw .broken(Self.reason(errno)) }
    }
  }

  private static func reason(_ code: Int32) -> String {
    String(cString: strerror(code)).lowercased()
  }
}
