import NIOCore
import NIOPosix
import RXON
import RXONDialling
import Testing

/// Addresses of TEST-NET and of the documentation prefix answer nowhere.
@Suite("Which address is dialled", .serialized, .timeLimit(.minutes(1)))
struct AddressTests {
  private func withServer(
    _ name: String, at address: String, _ body: (NamedServer) async throws -> Void
  ) async throws {
    let server = try await NamedServer.start(name, at: address)
    do {
      try await body(server)
    } catch {
      await server.stop()
      throw error
    }
    await server.stop()
  }

  @Test("a name whose IPv6 address is dead is reached by IPv4, and the reverse")
  func deadFamily() async throws {
    try await withServer("four", at: "127.0.0.1") { server in
      for dead in ["2001:db8::1", "::1"] {
        let resolver = ScriptedResolver(.init(ipv4: ["127.0.0.1"], ipv6: [dead]))
        let heard = try await Dialler.to("parent.example", port: server.port, resolver: resolver).hear("four")
        #expect(heard == "four", "beside \(dead)")
      }
    }
    try await withServer("six", at: "::1") { server in
      for dead in ["192.0.2.1", "127.0.0.1"] {
        let resolver = ScriptedResolver(.init(ipv4: [dead], ipv6: ["::1"]))
        let heard = try await Dialler.to("parent.example", port: server.port, resolver: resolver).hear("six")
        #expect(heard == "six", "beside \(dead)")
      }
    }
  }

  @Test("of several addresses the dead ones are passed over, in less time than one of them would take")
  func severalAddresses() async throws {
    try await withServer("third", at: "127.0.0.1") { server in
      let resolver = ScriptedResolver(.init(ipv4: ["192.0.2.1", "127.0.0.9", "127.0.0.1"]))
      let started = ContinuousClock.now
      let heard = try await Dialler.to("parent.example", port: server.port, resolver: resolver, timeout: .seconds(20))
        .hear("third")
      #expect(heard == "third")
      #expect(ContinuousClock.now - started < .seconds(10))
    }
  }

  @Test("the name is looked up anew at each dial")
  func roaming() async throws {
    try await withServer("before", at: "127.0.0.2") { before in
      let after = try await NamedServer.start("after", at: "127.0.0.3", port: before.port)
      let resolver = ScriptedResolver(.init(ipv4: ["127.0.0.2"]))
      let dialler = Dialler.to("parent.example", port: before.port, resolver: resolver)
      let first = try await dialler.hear("before")
      resolver.change(to: .init(ipv4: ["127.0.0.3"]))
      let second = try await dialler.hear("after")
      #expect([first, second] == ["before", "after"])
      #expect(resolver.asked == ["parent.example", "parent.example"])
      await after.stop()
    }
  }

  @Test("addresses that do not answer are given up in time")
  func deaf() async throws {
    let resolver = ScriptedResolver(.init(ipv4: ["192.0.2.1"], ipv6: ["2001:db8::1"]))
    let dialler = Dialler.to("parent.example", port: 9, resolver: resolver, timeout: .milliseconds(600))
    let started = ContinuousClock.now
    let error = await #expect(throws: TransportError.self) { try await dialler.hear("") }
    #expect(error?.kind == .unreachable)
    #expect(ContinuousClock.now - started < .seconds(10))
  }

  @Test("a name without addresses is told of")
  func unknownName() async throws {
    let dialler = Dialler.to("parent.example", port: 9, resolver: ScriptedResolver(.init()))
    let error = await #expect(throws: TransportError.self) { try await dialler.hear("") }
    #expect(error?.message == "cannot connect to parent.example:9: the name is unknown")
  }

  @Test("the name of an onion service is looked up by nobody", arguments: ["abc.onion", "ABC.Onion.", "a.b.onion"])
  func onion(host: String) async throws {
    let resolver = ScriptedResolver(.init(ipv4: ["127.0.0.1"]))
    let error = await #expect(throws: TransportError.self) {
      try await Dialler.to(host, port: 9, resolver: resolver).hear("")
    }
    #expect(error?.kind == .unreachable)
    #expect(error?.message.contains("through Tor only") == true)
    #expect(resolver.asked == [])
  }

  @Test("connections come from the address, and leave by the interface, that was chosen")
  func source() async throws {
    try await withServer("four", at: "0.0.0.0") { server in
      for source in [DialSource.address("127.0.0.7"), .interface("lo")] {
        let dialler = Dialler.to("127.0.0.1", port: server.port, route: DialRoute(source: source))
        let channel = try await dialler.dial(on: MultiThreadedEventLoopGroup.singleton.any()).get()
        if case .address(let address) = source { #expect(channel.localAddress?.ipAddress == address) }
        try await channel.close().get()
      }
    }
  }

  @Test("an address to come from rules the other family out, and is no reason to fail")
  func sourceFamily() async throws {
    try await withServer("four", at: "127.0.0.1") { server in
      let resolver = ScriptedResolver(.init(ipv4: ["127.0.0.1"], ipv6: ["::1"]))
      let route = DialRoute(source: .address("127.0.0.7"))
      let heard = try await Dialler.to("parent.example", port: server.port, route: route, resolver: resolver)
        .hear("four")
      #expect(heard == "four")
    }
  }

  @Test(
    "a source that is not there is told of",
    arguments: [
      (DialSource.interface("nosuch0"), "there is no network interface nosuch0"),
      (.interface("a-name-that-is-too-long"), "there is no network interface a-name-that-is-too-long"),
      (.address("nonsense"), "'nonsense' is no IP address to dial from"),
    ])
  func missingSource(source: DialSource, reason: String) async throws {
    let dialler = Dialler.to("127.0.0.1", port: 9, route: DialRoute(source: source))
    let error = await #expect(throws: TransportError.self) { try await dialler.hear("") }
    #expect(error?.message == "cannot connect to 127.0.0.1:9: \(reason)")
  }
}
