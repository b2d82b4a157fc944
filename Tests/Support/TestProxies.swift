import Foundation
import NIOCore
import NIOPosix
public import RXON
import Testing

/// Real proxies on loopback: microsocks for SOCKS 5, tinyproxy for CONNECT. Each is started at its first use, and ends
/// with this process, however that ends.
public actor TestProxies {
  public static let shared = TestProxies()

  public static let user = "ada"
  public static let password = "lace"

  /// What the connections that a proxy opens come from, so that a listener can tell them from direct ones.
  public static func source(of kind: Proxy.Kind) -> String {
    switch kind {
    case .socks5: "127.0.0.77"
    case .http: "127.0.0.78"
    }
  }

  private var started: [Proxy.Kind: Task<Proxy, any Error>] = [:]
  private var processes: [Process] = []

  public func proxy(_ kind: Proxy.Kind) async throws -> Proxy {
    if let task = started[kind] { return try await task.value }
    let task = Task { try await start(kind) }
    started[kind] = task
    return try await task.value
  }

  private func start(_ kind: Proxy.Kind) async throws -> Proxy {
    let port = FreePort.find()
    switch kind {
    case .socks5:
      try launch([
        "microsocks", "-i", "127.0.0.1", "-p", "\(port)", "-u", Self.user, "-P", Self.password, "-b",
        Self.source(of: kind),
      ])
    case .http:
      try launch(["tinyproxy", "-d", "-c", try Self.tinyproxyConfiguration(port: port)])
    }
    try await eventually("\(kind) proxy does not listen; are microsocks and tinyproxy installed?") {
      let channel = try? await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
        .connect(host: "127.0.0.1", port: port).get()
      try? await channel?.close().get()
      return channel != nil
    }
    return Proxy(
      kind, host: "127.0.0.1", port: port, credentials: ProxyCredentials(user: Self.user, password: Self.password))
  }

  /// The program ends when its shell does, and that when this process does: it reads from a pipe that ends then.
  private func launch(_ command: [String]) throws {
    let process = Process()
    process.executableURL = URL(filePath: "/bin/sh")
    process.arguments = ["-c", #"setpriv --pdeathsig KILL -- "$@" >/dev/null 2>&1 & read -r end"#, "sh"] + command
    process.standardInput = Pipe()
    try process.run()
    processes.append(process)
  }

  private static func tinyproxyConfiguration(port: Int) throws -> String {
    let file = FileManager.default.temporaryDirectory.appending(path: "holon-tinyproxy-\(UUID().uuidString).conf")
    let text = """
      Port \(port)
      Listen 127.0.0.1
      Bind \(source(of: .http))
      Timeout 600
      MaxClients 500
      Allow 127.0.0.0/8
      BasicAuth \(user) \(password)
      LogLevel Critical

      """
    try Data(text.utf8).write(to: file)
    return file.path
  }
}
