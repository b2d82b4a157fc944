import RXON
import RXONHTTP
import TestSupport
import Testing

@Suite("Real proxies", .serialized, .timeLimit(.minutes(2)))
struct RealProxyTests {
  private func call(
    _ host: String, port: Int = 8700, through proxy: Proxy, timeout: Duration = .seconds(30)
  ) -> HTTPSingleCall {
    var call = HTTPSingleCall(
      endpoint: Endpoint(scheme: "http", host: host, port: port), route: DialRoute(proxy: proxy))
    call.timeout = timeout
    return call
  }

  private func refusal(_ host: String, through proxy: Proxy, timeout: Duration = .seconds(30)) async -> String {
    let error = await #expect(throws: TransportError.self) {
      try await call(host, through: proxy, timeout: timeout).connect()
    }
    #expect(error?.kind == .unreachable)
    #expect(error?.message.contains(TestProxies.password) == false)
    return error?.message ?? ""
  }

  @Test("names are the proxy's to resolve", arguments: Proxy.Kind.allCases)
  func names(kind: Proxy.Kind) async throws {
    let proxy = try await TestProxies.shared.proxy(kind)
    let server = try await RawServer.start { $0.sendAndClose("HTTP/1.1 204 No Content\r\n\r\n") }
    let answer = try await call("localhost", port: server.port, through: proxy).send(.GET, "/")
    #expect(answer.status == 204)
    await server.stop()
    for unknown in ["parent.invalid", "abcdefghijklmnop.onion"] {
      let told = await refusal(unknown, through: proxy)
      #expect(told.hasPrefix("cannot connect to \(unknown):8700 through \(proxy): it "), "\(told)")
      #expect(!told.contains("the name is unknown"))
    }
  }

  @Test("wrong credentials, and none, are told of", arguments: Proxy.Kind.allCases)
  func credentials(kind: Proxy.Kind) async throws {
    var proxy = try await TestProxies.shared.proxy(kind)
    proxy.credentials = ProxyCredentials(user: TestProxies.user, password: "wrong")
    let wrong = await refusal("127.0.0.1", through: proxy)
    #expect(wrong.contains("it refuses the user and the password"), "\(wrong)")
    proxy.credentials = nil
    let missing = await refusal("127.0.0.1", through: proxy)
    #expect(missing.contains("it wants a user and a password"), "\(missing)")
  }

  @Test("a proxy of the other kind is told of as such", arguments: Proxy.Kind.allCases)
  func wrongKind(kind: Proxy.Kind) async throws {
    let other: Proxy.Kind = kind == .http ? .socks5 : .http
    let port = try await TestProxies.shared.proxy(kind).port
    let told = await refusal(
      "127.0.0.1", through: Proxy(other, host: "127.0.0.1", port: port), timeout: .seconds(2))
    let reasons = ["it ended the connection", "its answer is not", "no answer within"]
    #expect(reasons.contains { told.contains($0) }, "\(told)")
  }
}
