import RXON
import RXONDialling
import Testing

@Suite("The handshake with a SOCKS proxy")
struct SOCKS5HandshakeTests {
  private func handshake(
    to host: String = "parent.example", credentials: ProxyCredentials? = nil
  ) throws -> ProxyHandshake {
    try ProxyHandshake(Proxy(.socks5, host: "proxy.example", credentials: credentials), to: .to(host))
  }

  private let ada = ProxyCredentials(user: "ada", password: "lace")
  /// Granted, from 0.0.0.0:0.
  private let granted: [UInt8] = [5, 0, 0, 1, 0, 0, 0, 0, 0, 0]

  @Test("a name is sent as it is, for the proxy to resolve")
  func name() throws {
    var handshake = try handshake()
    #expect(handshake.greeting == [5, 1, 0])
    let request = handshake.receive([5, 0])
    #expect(request == .send([5, 1, 0, 3, 14] + Array("parent.example".utf8) + [0x21, 0xfc]))
    let step = handshake.receive(granted)
    #expect(step == .open([]))
  }

  @Test(
    "an address is sent as one",
    arguments: [
      ("192.0.2.7", [1, 192, 0, 2, 7] as [UInt8]),
      ("2001:db8::1", [4, 0x20, 0x01, 0x0d, 0xb8] + [UInt8](repeating: 0, count: 11) + [1]),
    ])
  func address(host: String, encoded: [UInt8]) throws {
    var handshake = try handshake(to: host)
    let request = handshake.receive([5, 0])
    #expect(request == .send([5, 1, 0] + encoded + [0x21, 0xfc]))
  }

  @Test("user and password go to a proxy that asks for them, and to no other")
  func credentials() throws {
    var asked = try handshake(credentials: ada)
    #expect(asked.greeting == [5, 2, 0, 2])
    let authentication = asked.receive([5, 2])
    #expect(authentication == .send([1, 3] + Array("ada".utf8) + [4] + Array("lace".utf8)))
    guard case .send(let request) = asked.receive([1, 0]) else {
      Issue.record("the request does not follow")
      return
    }
    #expect(request.starts(with: [5, 1, 0, 3]))

    var unasked = try handshake(credentials: ada)
    let step = unasked.receive([5, 0])
    #expect(step == .send(request))
  }

  @Test("the answer may come in pieces of any size, and what follows it is passed on", arguments: 1...12)
  func pieces(size: Int) throws {
    for bound: [UInt8] in [
      [1, 127, 0, 0, 1], [4] + [UInt8](repeating: 9, count: 16), [3, 5] + Array("there".utf8), [3, 0],
    ] {
      var handshake = try handshake()
      _ = handshake.receive([5])
      _ = handshake.receive([0])
      let step = handshake.receive([5, 0, 0] + bound + [1, 2] + Array("hello".utf8), inPiecesOf: size)
      #expect(step == .open(Array("hello".utf8)))
    }
  }

  @Test(
    "a refusal says why",
    arguments: [
      (1, "it could not connect"), (2, "its rules do not allow this connection"),
      (4, "it cannot reach the host, or does not know the name"), (5, "the connection was refused"),
      (0xf0, "the onion service is not known: it may be down, or not yet have told where it is"),
      (99, "it could not connect (99)"),
    ] as [(UInt8, String)])
  func refusals(reply: UInt8, reason: String) throws {
    var handshake = try handshake()
    _ = handshake.receive([5, 0])
    let told = handshake.refusal(after: [5, reply])
    #expect(told == reason)
  }

  @Test("a proxy that wants other credentials is told of as such")
  func wrongCredentials() throws {
    var without = try handshake()
    let missing = without.refusal(after: [5, 0xff])
    #expect(missing == "it wants a user and a password")
    var wrong = try handshake(credentials: ada)
    _ = wrong.receive([5, 2])
    let refused = wrong.refusal(after: [1, 1])
    #expect(refused == "it refuses the user and the password")
    var unasked = try handshake()
    let unwanted = unasked.refusal(after: [5, 2])
    #expect(unwanted == "it wants a user and a password unasked")
  }

  @Test(
    "what is no SOCKS 5 is refused at its first wrong byte",
    arguments: [
      [[4]], [Array("HTTP/1.1 400 Bad Request\r\n\r\n".utf8)], [[5, 0, 5, 0]], [[5, 0], [4]],
      [[5, 0], [5, 0, 0, 2, 1]], [[5, 0], [5, 0, 0, 0, 0, 0, 0, 0, 0, 0]],
    ] as [[[UInt8]]])
  func hostile(pieces: [[UInt8]]) throws {
    var handshake = try handshake()
    var told: String?
    for piece in pieces { told = handshake.refusal(after: piece) }
    #expect(told == "its answer is not SOCKS 5")
  }

  @Test("a way to authenticate that was not offered is refused")
  func unofferedMethod() throws {
    var handshake = try handshake(credentials: ada)
    let told = handshake.refusal(after: [5, 1])
    #expect(told == "it chose a way to authenticate that was not offered")
  }

  @Test(
    "a host that no proxy can be told of is refused before anything is sent", arguments: ["", "a b", "a\r\nb", "ü"])
  func unspeakable(host: String) {
    #expect(throws: ProxyRefusal.self) { try handshake(to: host) }
    #expect(throws: ProxyRefusal.self) { try handshake(to: String(repeating: "a", count: 256)) }
  }
}
