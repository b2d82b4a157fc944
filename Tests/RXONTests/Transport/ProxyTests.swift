import RXON
import Testing

@Suite("Proxies as they are written")
struct ProxyTests {
  @Test("scheme, host, port, user and password are read, and escapes resolved")
  func reading() throws {
    let plain = try Proxy("socks5://127.0.0.1:9050")
    #expect(plain == Proxy(.socks5, host: "127.0.0.1", port: 9050))
    let named = try Proxy("socks5h://[::1]")
    #expect(named == Proxy(.socks5, host: "::1", port: 1080))
    let authenticated = try Proxy("HTTP://ada%40corp:p%3Aw%25@proxy.example:3128/")
    #expect(
      authenticated
        == Proxy(
          .http, host: "proxy.example", port: 3128,
          credentials: ProxyCredentials(user: "ada@corp", password: "p:w%")))
    let loose = try Proxy("proxy.example:3128", defaultKind: .http)
    #expect(loose == Proxy(.http, host: "proxy.example", port: 3128))
    let raw = try Proxy("http://ada:p@ss:word@proxy.example")
    #expect(raw.credentials == ProxyCredentials(user: "ada", password: "p@ss:word"))
  }

  @Test(
    "what is no proxy says why, without repeating itself",
    arguments: [
      ("hunter2:8080", ProxyError.noScheme), ("https://hunter2:8080", .scheme), ("socks4://hunter2:1", .scheme),
      ("http://", .host), ("http://a:hunter2", .port), ("http://a:0", .port), ("http://a:1/hunter2", .path),
      ("http://a:hunt/er2@b:1", .port), ("http://a:hunter2%4@b", .credentials), ("http://a:%zz@b", .credentials),
      ("http://:hunter2@b", .credentials), ("http://a%3Ab:hunter2@b", .credentials),
      ("http://a:hunter2%0A@b", .credentials), ("socks5://hunter2.onion", .onion),
    ])
  func malformed(text: String, problem: ProxyError) {
    let error = #expect(throws: ProxyError.self) { try Proxy(text) }
    #expect(error == problem)
    #expect(error.map { "\($0) \($0.remedy)".contains("hunter2") } == false)
  }

  @Test("a proxy shows neither user nor password")
  func redacted() throws {
    let route = DialRoute(proxy: try Proxy("socks5://ada:hunter2@proxy.example:9050"))
    var dumped = ""
    dump(route, to: &dumped)
    for text in ["\(route)", String(reflecting: route), dumped] {
      #expect(!text.contains("hunter2") && !text.contains("ada"), "\(text)")
    }
    #expect(route.proxy?.description == "socks5://proxy.example:9050")
  }

  @Test(
    "an onion service is known however it is written",
    arguments: [
      ("abc.onion", true), ("ABC.ONION", true), ("abc.onion.", true), ("a.abc.Onion", true), ("onion.example", false),
      ("abc.onion.example", false), ("abconion", false),
    ])
  func onion(host: String, isOnion: Bool) {
    #expect(Endpoint(scheme: "http", host: host).isOnion == isOnion)
  }
}
