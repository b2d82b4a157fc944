import RXON
import RXONDialling
import Testing

@Suite("The handshake with a CONNECT proxy")
struct ConnectHandshakeTests {
  private func handshake(
    to host: String = "parent.example", credentials: ProxyCredentials? = nil
  ) throws -> ProxyHandshake {
    try ProxyHandshake(Proxy(.http, host: "proxy.example", credentials: credentials), to: .to(host))
  }

  private let aladdin = ProxyCredentials(user: "Aladdin", password: "open sesame")

  @Test("the request names host and port, and carries what Basic authentication asks for")
  func request() throws {
    let plain = try handshake().greeting
    #expect(
      String(decoding: plain, as: UTF8.self)
        == "CONNECT parent.example:8700 HTTP/1.1\r\nHost: parent.example:8700\r\n\r\n")
    let authenticated = try handshake(to: "2001:db8::1", credentials: aladdin).greeting
    // The example of RFC 7617 §2.
    #expect(
      String(decoding: authenticated, as: UTF8.self)
        == "CONNECT [2001:db8::1]:8700 HTTP/1.1\r\nHost: [2001:db8::1]:8700\r\n"
        + "Proxy-Authorization: Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==\r\n\r\n")
  }

  @Test(
    "Basic authentication pads as base64 does",
    arguments: [("a", "b", "YTpi"), ("a", "bc", "YTpiYw=="), ("a", "bcd", "YTpiY2Q="), ("a", "\u{ff}~?", "YTrDv34/")])
  func base64(user: String, password: String, encoded: String) throws {
    let greeting = try handshake(credentials: ProxyCredentials(user: user, password: password)).greeting
    #expect(String(decoding: greeting, as: UTF8.self).contains("Basic \(encoded)\r\n"))
  }

  @Test("the answer may come in pieces of any size, and what follows it is passed on", arguments: 1...12)
  func pieces(size: Int) throws {
    for head in [
      "HTTP/1.1 200 Connection established\r\nVia: x\r\nContent-Length: 3\r\n\r\n", "HTTP/1.0 200\r\n\r\n",
      "HTTP/1.1 200 OK\n\n", "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103\r\nX: y\r\n\r\nHTTP/1.1 299 Fine\r\n\r\n",
    ] {
      var handshake = try handshake()
      let step = handshake.receive(Array("\(head)hello".utf8), inPiecesOf: size)
      #expect(step == .open(Array("hello".utf8)), "\(head)")
    }
  }

  @Test(
    "a refusal says why, and repeats nothing that the proxy wrote",
    arguments: [
      ("403 Filtered", "its rules do not allow this connection (403)"), ("405 No", "it does not take CONNECT (405)"),
      ("503 Down", "it could not connect (503)"), ("101 Switching Protocols", "it answered 101"),
      ("302 Found", "it answered 302"), ("407 Hello", "it wants a user and a password (407)"),
    ])
  func refusals(line: String, reason: String) throws {
    var handshake = try handshake()
    let told = handshake.refusal(after: Array("HTTP/1.1 \(line)\r\nContent-Length: 5\r\n\r\nsorry".utf8))
    #expect(told == reason)
  }

  @Test("wrong credentials are told of as such")
  func wrongCredentials() throws {
    var handshake = try handshake(credentials: aladdin)
    let told = handshake.refusal(after: Array("HTTP/1.1 407 Proxy Authentication Required\r\n\r\n".utf8))
    #expect(told == "it refuses the user and the password (407)")
  }

  @Test(
    "what is no HTTP/1.1 is refused",
    arguments: [
      "SSH-2.0-OpenSSH\r\n", "H2", "\u{5}\u{0}", "\r\n\r\n", "HTTP/1.1 OK\r\n\r\n", "HTTP/1.1 +20\r\n\r\n",
      "HTTP/1.1 2000\r\n\r\n", "HTTP/1.1\r\n\r\n", "HTTP/1.x 200\r\n\r\n", "HTTP/1.1  200\r\n\r\n",
    ])
  func hostile(answer: String) throws {
    for size in [1, 3, 100] {
      var handshake = try handshake()
      let step = handshake.receive(Array(answer.utf8), inPiecesOf: size)
      guard case .refused(let refusal) = step else {
        Issue.record("\(answer) in pieces of \(size): \(step)")
        continue
      }
      #expect(refusal.reason == "its answer is not HTTP/1.1")
    }
  }

  @Test("endless headers are refused at 16 KiB", arguments: [1, 1000, 100_000])
  func endless(size: Int) throws {
    var handshake = try handshake()
    let endless = Array("HTTP/1.1 200 OK\r\n".utf8) + Array(repeating: Array("X: y\r\n".utf8), count: 4000).joined()
    let step = handshake.receive(endless, inPiecesOf: size)
    guard case .refused(let refusal) = step else {
      Issue.record("\(step)")
      return
    }
    #expect(refusal.reason == "its answer has too many headers")
  }
}
