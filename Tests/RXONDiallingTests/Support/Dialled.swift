import NIOCore
import NIOPosix
import RXON
import RXONDialling
import TestSupport
import Testing

extension Dialler {
  static func to(
    _ host: String, port: Int, route: DialRoute = DialRoute(), resolver: ScriptedResolver? = nil,
    timeout: TimeAmount = .seconds(5)
  ) -> Dialler {
    var dialler = Dialler(
      endpoint: Endpoint(scheme: "http", host: host, port: port), route: route, tls: nil, timeout: timeout)
    if let resolver { dialler.resolver = { resolver } }
    return dialler
  }

  /// Dials, and waits until the peer has said as much as `expected`.
  func hear(_ expected: String) async throws -> String {
    let collector = Collector()
    let channel = try await dial(on: MultiThreadedEventLoopGroup.singleton.any()) { channel in
      channel.eventLoop.makeCompletedFuture {
        try channel.pipeline.syncOperations.addHandler(collector)
        return channel
      }
    }.get()
    try await eventually { collector.received.utf8.count >= expected.utf8.count }
    try? await channel.close().get()
    return collector.received
  }
}
