import HolonConfig
import RXON
import Testing

@Suite("Proxies and interfaces in the configuration")
struct ProxyConfigurationTests {
  private func route(
    to url: String, _ keys: String = "", environment: [String: String] = [:]
  ) throws -> DialRoute {
    try load(minimal + "uplinks: [{ url: \"\(url)\"\(keys) }]", environment: environment).configuration.uplinks[0].route
  }

  private let corporate = Proxy(.http, host: "proxy.corp", port: 3128)

  @Test("a proxy is written with the parent, out or in a file, and wins over the environment")
  func written() throws {
    let environment = ["ALL_PROXY": "http://other:1"]
    let plain = try route(to: "http://parent:8700", ", proxy: \"http://proxy.corp:3128\"", environment: environment)
    #expect(plain == DialRoute(proxy: corporate))
    try withTemporaryFile("socks5://ada:hunter2@proxy.corp:9050\n") { path in
      let read = try route(to: "http://parent:8700", ", proxy: \"file:\(path)\"")
      #expect(read.proxy?.credentials == ProxyCredentials(user: "ada", password: "hunter2"))
    }
    let none = try route(to: "http://parent:8700", ", proxy: none", environment: environment)
    #expect(none == DialRoute())
    let variable = try route(to: "http://parent:8700", environment: ["HOLON_UPLINKS_0_PROXY": "http://proxy.corp:3128"])
    #expect(variable == DialRoute(proxy: corporate))
  }

  @Test(
    "the environment is heard by scheme, lower case first",
    arguments: [
      ("http://p:1", ["HTTP_PROXY": "proxy.corp:3128"], true),
      ("ws://p:1", ["http_proxy": "http://proxy.corp:3128"], true),
      ("http://p:1", ["HTTPS_PROXY": "proxy.corp:3128"], false),
      ("https://p:1", ["HTTPS_PROXY": "http://proxy.corp:3128"], true),
      ("wss://p:1", ["https_proxy": "http://proxy.corp:3128", "HTTPS_PROXY": "http://other"], true),
      ("https://p:1", ["all_proxy": "http://proxy.corp:3128"], true),
      ("https://p:1", ["https_proxy": "", "ALL_PROXY": "http://proxy.corp:3128"], true),
      ("http://localhost:1", ["ALL_PROXY": "http://proxy.corp:3128"], false),
      ("http://127.9.9.9:1", ["ALL_PROXY": "http://proxy.corp:3128"], false),
      ("http://[::1]:1", ["ALL_PROXY": "http://proxy.corp:3128"], false),
      ("http://a.localhost:1", ["ALL_PROXY": "http://proxy.corp:3128"], false),
    ])
  func environment(url: String, environment: [String: String], isProxied: Bool) throws {
    let route = try route(to: url, environment: environment)
    #expect(route.proxy == (isProxied ? corporate : nil))
  }

  @Test(
    "NO_PROXY lists names with all below, addresses, networks and ports",
    arguments: [
      ("corp.example", "http://corp.example", true), ("corp.example", "http://a.Corp.Example.:80", true),
      (".corp.example", "http://a.corp.example", true), ("*.corp.example", "http://a.corp.example", true),
      ("corp.example", "http://notcorp.example", false), ("corp.example:80", "http://corp.example", true),
      ("corp.example:80", "http://corp.example:8700", false), ("x, corp.example y", "http://corp.example", true),
      ("*", "http://anything", true), ("10.1.2.3", "http://10.1.2.3:8700", true),
      ("10.1.2.3", "http://10.1.2.4", false),
      ("10.0.0.0/8", "http://10.9.9.9", true), ("10.0.0.0/8", "http://11.0.0.1", false),
      ("10.128.0.0/9", "http://10.127.0.1", false), ("10.128.0.0/9", "http://10.200.0.1", true),
      ("0.0.0.0/0", "http://8.8.8.8", true), ("0.0.0.0/0", "http://name", false),
      ("0.0.0.0/0", "http://[2001:db8::1]", false),
      ("2001:db8::/32", "http://[2001:db8:1::1]:8700", true), ("2001:db8::/32", "http://[2001:db9::1]", false),
      ("[2001:db8::1]:8700", "http://[2001:db8:0::1]:8700", true),
      ("[2001:db8::1]:8700", "http://[2001:db8::1]", false),
      ("2001:db8::1", "http://[2001:DB8::0:1]", true), ("10.0.0.0/33,/,[,a:b:c,%", "http://10.0.0.1", false),
      ("", "http://corp.example", false),
    ])
  func exceptions(list: String, url: String, isDirect: Bool) throws {
    let environment = ["no_proxy": list, "ALL_PROXY": "http://proxy.corp:3128"]
    let route = try route(to: url, environment: environment)
    #expect(route.proxy == (isDirect ? nil : corporate))
  }

  @Test("a proxy that cannot be understood is a fault where it was written, without its password")
  func malformed() throws {
    let written = try faults(of: minimal + "uplinks: [{ url: \"http://p\", proxy: \"ftp://a:hunter2@b\" }]")
    #expect(
      written == [
        "3: uplinks[0].proxy: the proxy's scheme is neither socks5 nor http; "
          + "write socks5://HOST:PORT or http://HOST:PORT"
      ])
    let inherited = try faults(
      of: minimal + "uplinks: [{ url: \"https://p\" }]", environment: ["HTTPS_PROXY": "https://a:hunter2@b"])
    #expect(inherited.count == 1)
    #expect(inherited[0].hasPrefix("environment HTTPS_PROXY: the proxy's scheme is neither socks5 nor http; "))
    #expect(!inherited[0].contains("hunter2"))
  }

  @Test("an onion service needs a proxy", arguments: ["abc.onion", "ABC.ONION."])
  func onion(host: String) throws {
    for keys in ["", ", proxy: none"] {
      let told = try faults(of: minimal + "uplinks: [{ url: \"http://\(host)\"\(keys) }]")
      #expect(
        told == [
          "3: uplinks[0].url: http://\(host) is an onion service, and no proxy leads to it; "
            + "set uplinks[0].proxy to where Tor listens, as socks5://127.0.0.1:9050"
        ])
    }
    let tor = try route(to: "http://\(host)", ", proxy: \"socks5://127.0.0.1:9050\"")
    #expect(tor.proxy?.port == 9050)
    let inherited = try route(to: "http://\(host)", environment: ["ALL_PROXY": "socks5h://127.0.0.1:9050"])
    #expect(inherited == tor)
  }

  @Test("an interface is a name or an address")
  func interface() throws {
    let name = try route(to: "http://p", ", interface: wwan0")
    #expect(name.source == .interface("wwan0"))
    let address = try route(to: "http://p", ", interface: \"fe80::1\"")
    #expect(address.source == .address("fe80::1"))
    for wrong in ["a-name-of-16-byte", "a b", "a/b", "10.0.0.1:80"] {
      let told = try faults(of: minimal + "uplinks: [{ url: \"http://p\", interface: \"\(wrong)\" }]")
      #expect(told.count == 1 && told[0].contains("neither an interface's name nor an IP address"), "\(told)")
    }
  }
}
