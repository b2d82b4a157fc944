import NIOCore
import RXONTLS
import TestSupport
import Testing

@Suite("Python's ssl module", .timeLimit(.minutes(2)))
struct PythonPeerTests {
  private let credentials = Credentials.shared

  private func python(_ script: String, _ arguments: String...) throws -> Command {
    try Command("python3", ["-u", "-c", script] + arguments)
  }

  @Test(
    "its client shows a certificate, exchanges a mebibyte, resumes, and ends in good order",
    arguments: ["TLSv1_2", "TLSv1_3"])
  func client(version: String) async throws {
    let script = """
      import socket, ssl, sys
      context = ssl.create_default_context(cafile="ca.pem")
      context.load_cert_chain("client.pem", "client.key")
      context.minimum_version = context.maximum_version = ssl.TLSVersion[sys.argv[2]]
      context.set_alpn_protocols(["http/1.1"])
      data, session = bytes(range(256)) * 4096, None
      for _ in range(2):
        with socket.create_connection(("127.0.0.1", int(sys.argv[1]))) as plain:
          with context.wrap_socket(plain, server_hostname="localhost", session=session) as tls:
            print(tls.version(), tls.selected_alpn_protocol(), tls.session_reused)
            tls.sendall(data)
            received = b""
            while len(received) < len(data): received += tls.recv(65536)
            print(received == data)
            session = tls.session
            tls.unwrap()
      """
    try await withListener(.asking(.required), .init(echoes: true)) { listener in
      let client = try python(script, "\(listener.port)", version)
      #expect(await client.waitForExit() == 0, "\(client.output)")
      let name = version.replacing("_", with: ".")
      let expected = "\(name) http/1.1 False\nTrue\n\(name) http/1.1 True\nTrue\n"
      #expect(client.output == expected)
      for index in 0..<2 {
        let accepted = try await listener.endpoint(index)
        try await eventually { accepted.current.isClosed }
        #expect(accepted.current.errors.isEmpty)
        #expect(accepted.current.session?.peer?.commonName == "edge-7")
        #expect(accepted.current.session?.isResumed == (index == 1))
      }
    }
  }

  @Test("its client that drops the connection has said no goodbye")
  func truncation() async throws {
    let script = """
      import socket, ssl, sys
      context = ssl.create_default_context(cafile="ca.pem")
      tls = context.wrap_socket(socket.create_connection(("127.0.0.1", int(sys.argv[1]))), server_hostname="localhost")
      tls.sendall(b"half of it")
      tls.recv(4)
      socket.socket(fileno=tls.detach()).close()
      """
    try await withListener(.usual, .init(echoes: true)) { listener in
      let client = try python(script, "\(listener.port)")
      #expect(await client.waitForExit() == 0, "\(client.output)")
      let accepted = try await listener.endpoint()
      try await eventually { accepted.current.isClosed }
      #expect(accepted.text == "half of it")
      #expect(accepted.failure?.kind == .truncated)
    }
  }

  @Test("its server tells our certificate, our end, and is told its own", arguments: ["TLSv1_2", "TLSv1_3"])
  func server(version: String) async throws {
    let script = """
      import socket, ssl, sys
      context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
      context.load_cert_chain("server.pem", "server.key")
      context.load_verify_locations("ca.pem")
      context.verify_mode = ssl.CERT_REQUIRED
      context.minimum_version = context.maximum_version = ssl.TLSVersion[sys.argv[1]]
      listener = socket.create_server(("127.0.0.1", 0))
      print(listener.getsockname()[1])
      tls = context.wrap_socket(listener.accept()[0], server_side=True)
      print(tls.getpeercert()["subject"])
      data = b""
      while chunk := tls.recv(65536): data += chunk
      print("end after", len(data))
      tls.sendall(b"heard")
      tls.unwrap()
      """
    let server = try python(script, version)
    defer { server.end() }
    try await eventually { server.output.hasSuffix("\n") }
    let port = try #require(Int(server.output.split(separator: "\n").first ?? ""))
    let client = try TLSClientContext(.showing(credentials.identity("client")))
    let dialled = try await dial(port, client, halfClosure: true)
    dialled.channel.writeAndFlush(ByteBuffer(repeating: 7, count: 100_000), promise: nil)
    try await dialled.channel.close(mode: .output).get()
    try await eventually { dialled.current.isClosed }
    #expect(dialled.text == "heard")
    #expect(dialled.current.errors.isEmpty)
    #expect(await server.waitForExit() == 0, "\(server.output)")
    #expect(server.output.contains("(('commonName', 'edge-7'),)"))
    #expect(server.output.contains("end after 100000"))
  }
}
