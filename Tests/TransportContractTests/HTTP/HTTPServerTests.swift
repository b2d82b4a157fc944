import NIOHTTP1
import NIOPosix
import RXONWire
import Synchronization
import TestSupport
import Testing

@testable import RXONHTTP

@Suite("HTTP server", .serialized, .timeLimit(.minutes(2)))
struct HTTPServerTests {
  private struct Echo: HTTPResponder {
    func respond(to request: HTTPRequest, _ exchange: HTTPExchange) {
      exchange.answer(.text(.ok, "\(request.method.rawValue) \(request.path) \(request.query) \(request.body.count)"))
    }
  }

  private func server(port: Int = 0, responder: any HTTPResponder = Echo()) -> HTTPServer {
    HTTPServer(host: "127.0.0.1", port: port, group: MultiThreadedEventLoopGroup.singleton, responder: responder)
  }

  @Test("hands over the parts of a request, and writes the answer")
  func echo() async throws {
    let server = server()
    let client = try await RawClient.connect(port: try await server.start())
    try await client.send(request("PUT /a%20b?c=d?e", body: "xyz"))
    try await eventually { client.text.hasSuffix("PUT /a%20b c=d?e 3") }
    #expect(client.text.contains("Content-Type: text/plain; charset=utf-8\r\n"))
    await client.close()
    await server.stop(grace: .zero)
  }

  @Test("a HEAD request gets the header of the answer only")
  func head() async throws {
    let server = server()
    let client = try await RawClient.connect(port: try await server.start())
    try await client.send(request("HEAD /a") + request("GET /b"))
    try await eventually { client.text.hasSuffix("GET /b  0") }
    #expect(!client.text.contains("HEAD /a"))
    #expect(client.statuses == [200, 200])
    await client.close()
    await server.stop(grace: .zero)
  }

  @Test("a header value with a line break in it is left out")
  func headerInjection() async throws {
    struct Injecting: HTTPResponder {
      func respond(to request: HTTPRequest, _ exchange: HTTPExchange) {
        let headers = [(name: "X-A", value: "b\r\nX-C: d"), (name: "X-E", value: "f")]
        exchange.answer(HTTPResponse(status: .ok, headers: headers))
      }
    }
    let server = server(responder: Injecting())
    let client = try await RawClient.connect(port: try await server.start())
    try await client.send(request("GET /"))
    try await eventually { client.text.contains("\r\n\r\n") }
    #expect(client.text.contains("X-E: f\r\n"))
    #expect(!client.text.contains("X-C"))
    await client.close()
    await server.stop(grace: .zero)
  }

  @Test("a port in use is told in one line")
  func portInUse() async throws {
    let first = server()
    let port = try await first.start()
    let error = await #expect(throws: HTTPServerError.self) { try await server(port: port).start() }
    let remedy = "stop it, or choose another port"
    #expect(error?.description == "cannot listen on 127.0.0.1:\(port): another process uses this port; \(remedy)")
    await first.stop(grace: .zero)
  }

  @Test("stopping closes idle connections at once, and those that wait for an answer after the grace")
  func stop() async throws {
    struct Silent: HTTPResponder {
      let exchanges = Exchanges()
      final class Exchanges: Sendable {
        let held = Mutex<[HTTPExchange]>([])
      }
      func respond(to request: HTTPRequest, _ exchange: HTTPExchange) {
        exchanges.held.withLock { $0.append(exchange) }
      }
    }
    let responder = Silent()
    let server = server(responder: responder)
    let port = try await server.start()
    let idle = try await RawClient.connect(port: port)
    let waiting = try await RawClient.connect(port: port)
    try await waiting.send(request("GET /"))
    try await eventually { responder.exchanges.held.withLock { $0.count } == 1 }
    let stopping = Task { await server.stop(grace: .milliseconds(500)) }
    try await eventually { idle.isClosed }
    await stopping.value
    try await eventually { waiting.isClosed }
    await #expect(throws: (any Error).self) { try await RawClient.connect(port: port) }
  }

  @Test(
    "dates are written and read in the form of HTTP",
    arguments: [
      (0, "Thu, 01 Jan 1970 00:00:00 GMT"), (784_111_777, "Sun, 06 Nov 1994 08:49:37 GMT"),
      (951_782_399, "Mon, 28 Feb 2000 23:59:59 GMT"), (951_782_400, "Tue, 29 Feb 2000 00:00:00 GMT"),
      (4_102_444_800, "Fri, 01 Jan 2100 00:00:00 GMT"), (-60_589_123_200, "Mon, 03 Jan 0050 00:00:00 GMT"),
    ])
  func dates(seconds: Int, text: String) {
    #expect(HTTPDate.format(unixSeconds: seconds) == text)
    #expect(HTTPDate.parse(text) == seconds)
  }

  @Test(
    "what is no date is not read as one",
    arguments: ["", "yesterday", "Sun, 32 Nov 1994 08:49:37 GMT", "a b c d e f"])
  func noDates(text: String) {
    #expect(HTTPDate.parse(text) == nil)
  }

  @Test("percent-encoding is undone, and nothing that is malformed passes")
  func percentEncoding() {
    #expect(PercentEncoding.decode("a%20b%C3%A9+c") == "a bé+c")
    #expect(PercentEncoding.decode("a+b", plusIsSpace: true) == "a b")
    #expect(PercentEncoding.encode("a/é~") == "a%2F%C3%A9~")
    for malformed in ["%", "%4", "%zz", "%ff"] {
      #expect(PercentEncoding.decode(Substring(malformed)) == nil)
    }
  }
}
