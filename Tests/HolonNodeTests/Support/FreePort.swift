import NIOCore
import NIOPosix

enum FreePort {
  /// A port that nobody uses, below those that the system gives to outgoing connections; so it stays free while its
  /// listener is stopped for a while.
  static func find() async throws -> Int {
    while true {
      let port = Int.random(in: 18_000..<32_000)
      let bootstrap = ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
      guard let channel = try? await bootstrap.bind(host: "127.0.0.1", port: port).get() else { continue }
      try await channel.close()
      return port
    }
  }
}
