import Foundation
import Synchronization

public enum FreePort {
  private static let given = Mutex<Set<Int>>([])

  /// A port of loopback that nobody uses, below those that the system gives to outgoing connections; so it stays free
  /// while its listener starts, or is stopped for a while. No two tests of a process get the same.
  public static func find() -> Int {
    while true {
      let port = Int.random(in: 18_000..<32_000)
      guard given.withLock({ $0.insert(port).inserted }), isFree(port) else { continue }
      return port
    }
  }

  private static func isFree(_ port: Int) -> Bool {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    defer { close(descriptor) }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = in_port_t(port).bigEndian
    address.sin_addr.s_addr = inet_addr("127.0.0.1")
    return withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
      }
    }
  }
}
