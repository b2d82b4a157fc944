import NIOCore
import NIOPosix
import RXON
import RXONDialling
import Testing

@Suite("Dialling through a proxy that is played", .serialized, .timeLimit(.minutes(1)))
struct ProxyDiallingTests {
  /// A proxy that answers each message with the next of `answers`, and hangs up after the last where `hangsUp`.
  private func withProxy(
    _ kind: Proxy.Kind, answers: [[UInt8]], hangsUp: Bool = false, timeout: TimeAmount = .seconds(5),
    host: String = "parent.invalid", _ body: (Dialler) async throws -> Void
  ) async throws {
    let server = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
      .childChannelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          try channel.pipeline.syncOperations.addHandler(PlayedProxy(answers: answers, hangsUp: hangsUp))
        }
      }
      .bind(host: "127.0.0.1", port: 0).get()
    let proxy = Proxy(
      kind, host: "127.0.0.1", port: server.localAddress?.port,
      credentials: ProxyCredentials(user: "ada", password: "s3cret"))
    do {
      try await body(.to(host, port: 8700, route: DialRoute(proxy: proxy), timeout: timeout))
    } catch {
      try await server.close().get()
      throw error
    }
    try await server.close().get()
  }

  @Test("what the parent says at once, in the same piece as the proxy's answer, is heard")
  func earlyBytes() async throws {
    let opened: [(Proxy.Kind, [[UInt8]])] = [
      (.socks5, [[5, 0], [5, 0, 0, 1, 0, 0, 0, 0, 0, 0] + Array("welcome".utf8)]),
      (.http, [Array("HTTP/1.1 200 OK\r\n\r\nwelcome".utf8)]),
    ]
    for (kind, answers) in opened {
      try await withProxy(kind, answers: answers) { dialler in
        let heard = try await dialler.hear("welcome")
        #expect(heard == "welcome", "\(kind)")
      }
    }
  }

  @Test("a proxy that falls silent is given up in time, one that hangs up at once")
  func silence() async throws {
    for (kind, hangsUp) in [(Proxy.Kind.socks5, false), (.http, false), (.socks5, true), (.http, true)] {
      try await withProxy(kind, answers: [[]], hangsUp: hangsUp, timeout: .milliseconds(hangsUp ? 5000 : 300)) {
        dialler in
        let error = await #expect(throws: TransportError.self) { try await dialler.hear("") }
        let reason = hangsUp ? "it ended the connection" : "no answer within"
        #expect(error?.message.contains(reason) == true, "\(error?.message ?? "")")
      }
    }
  }

  @Test("an error names the proxy and what it said, and never the password")
  func errors() async throws {
    try await withProxy(.http, answers: [Array("HTTP/1.1 407 Try s3cret\r\n\r\n".utf8)]) { dialler in
      let error = try #require(await #expect(throws: TransportError.self) { try await dialler.hear("") })
      #expect(error.kind == .unreachable)
      #expect(error.message.contains("cannot connect to parent.invalid:8700 through http://127.0.0.1:"))
      #expect(error.message.hasSuffix(": it refuses the user and the password (407)"))
      #expect(!"\(error)".contains("s3cret"))
    }
  }

  @Test("an onion service is asked for by name")
  func onion() async throws {
    try await withProxy(.socks5, answers: [[5, 0], [5, 0xf0]], host: "abc.onion") { dialler in
      let error = await #expect(throws: TransportError.self) { try await dialler.hear("") }
      #expect(error?.message.contains("the onion service is not known") == true)
    }
  }

  @Test("a proxy that is not there is told of as such")
  func noProxy() async throws {
    let route = DialRoute(proxy: Proxy(.socks5, host: "127.0.0.1", port: 1))
    let error = await #expect(throws: TransportError.self) {
      try await Dialler.to("parent.invalid", port: 8700, route: route).hear("")
    }
    #expect(
      error?.message
        == "cannot connect to parent.invalid:8700 through socks5://127.0.0.1:1: the connection was refused")
  }
}

/// Confined to its event loop.
private final class PlayedProxy: ChannelInboundHandler {
  typealias InboundIn = ByteBuffer

  private var answers: [[UInt8]]
  private let hangsUp: Bool

  init(answers: [[UInt8]], hangsUp: Bool) {
    self.answers = answers
    self.hangsUp = hangsUp
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    guard !answers.isEmpty else { return }
    context.writeAndFlush(NIOAny(ByteBuffer(bytes: answers.removeFirst())), promise: nil)
    if answers.isEmpty, hangsUp { context.close(promise: nil) }
  }
}
