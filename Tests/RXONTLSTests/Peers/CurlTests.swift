import RXONTLS
import Testing

@Suite("Our server and curl", .timeLimit(.minutes(2)))
struct CurlTests {
  private static let answer = "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nall of it, up to the goodbye"

  private func curl(_ listener: Listener, host: String = "localhost", _ arguments: [String]) async throws -> (
    Int32, String
  ) {
    let command = try Command(
      "curl",
      [
        "--silent", "--show-error", "--noproxy", "*", "--cacert", "ca.pem", "--resolve",
        "\(host):\(listener.port):127.0.0.1", "https://\(host):\(listener.port)/",
      ] + arguments)
    return (await command.waitForExit(), command.output)
  }

  @Test("an answer ended by the goodbye is complete", arguments: [["--tls-max", "1.2"], ["--tlsv1.3"]])
  func complete(arguments: [String]) async throws {
    try await withListener(.usual, .init(answer: Self.answer)) { listener in
      let (status, output) = try await curl(listener, arguments)
      #expect(status == 0, "\(output)")
      #expect(output == "all of it, up to the goodbye")
    }
  }

  @Test("a client's certificate lets it in, none keeps it out")
  func clientCertificate() async throws {
    try await withListener(.asking(.required), .init(answer: Self.answer)) { listener in
      let welcome = try await curl(listener, ["--cert", "client.pem", "--key", "client.key"])
      #expect(welcome.0 == 0, "\(welcome.1)")
      let (status, output) = try await curl(listener, [])
      #expect(status != 0)
      #expect(output.contains("certificate required"), "\(output)")
    }
  }

  @Test("another host's name is refused by curl")
  func wrongHost() async throws {
    try await withListener(.usual, .init(answer: Self.answer)) { listener in
      let (status, output) = try await curl(listener, host: "far.example", [])
      #expect(status == 60, "\(output)")
    }
  }
}
