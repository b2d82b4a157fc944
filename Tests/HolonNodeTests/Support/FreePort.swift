import NIOCore
import NIOPosix
import Synchronization

enum FreePort {
  private static let given = Mutex<Set<Int>>([])

  /// A port that nobody uses, below those that the system gives to outgoing connections; so it stays free while its
  /// listener is stopped for a while. No two tests get the same.
  static func find() async throws -> Int {
    while true {
      let port = Int.random(in: 18_000..<32_000)
      guard given.withLock({ $0.insert(port).inserted }) else { continue }
      let bootstrap = ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
      guard let channel = try? await bootstrap.bind(host: "127.0.0.1", port: port).get() else { continue }
      try await channel.close()
      return port
    }
  }
}
