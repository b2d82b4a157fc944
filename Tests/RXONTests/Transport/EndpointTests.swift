import RXON
import Testing

@Suite("Endpoints and schemes")
struct EndpointTests {
  @Test(
    "an endpoint is taken apart and written again",
    arguments: [
      ("http://localhost:8080", "http", "localhost", 8080, "", "http://localhost:8080"),
      ("HTTPS://Ghost.example", "https", "Ghost.example", nil, "", "https://Ghost.example"),
      ("http://[::1]:80/a/b/", "http", "::1", 80, "/a/b", "http://[::1]:80/a/b"),
      ("ws://10.0.0.1:0/", "ws", "10.0.0.1", 0, "", "ws://10.0.0.1:0"),
      // A mark that combines with a delimiter does not hide it.
      ("http://h:80/\u{301}a/\u{301}", "http", "h", 80, "/\u{301}a/\u{301}", "http://h:80/\u{301}a/\u{301}"),
    ] as [(String, String, String, Int?, String, String)])
  func parsing(text: String, scheme: String, host: String, port: Int?, path: String, written: String) throws {
    let endpoint = try Endpoint(text)
    #expect(endpoint == Endpoint(scheme: scheme, host: host, port: port, path: path))
    #expect(endpoint.description == written)
  }

  @Test(
    "what is no endpoint is refused with its reason",
    arguments: [
      ("localhost:8080", .noScheme), ("", .noScheme), ("1http://x", .noScheme), ("http://", .noHost),
      ("http://:80", .noHost), ("http://x:", .port("")), ("http://x:99999", .port("99999")),
      ("http://x:-1", .port("-1")),
      ("http://h:\u{301}80", .port("\u{301}80")), ("\u{212A}://h", .noScheme),
      ("http://::1", .brackets), ("http://[::1", .brackets), ("http://[::1]x", .port("")),
      ("http://u:p@x", .credentials),
      ("http://x/?a", .query), ("http://x y", .whiteSpace),
      ("http://x:99999999999999999999", .port("99999999999999999999")),
    ] as [(String, EndpointError.Problem)])
  func refusals(text: String, problem: EndpointError.Problem) {
    #expect(throws: EndpointError(text, problem)) { try Endpoint(text) }
  }

  @Test("a password in a URL is not repeated")
  func credentials() {
    #expect(!"\(EndpointError("http://u:secret@x", .credentials))".contains("secret"))
  }

  @Test("the scheme picks the transport; an unknown one is told the known")
  func schemes() throws {
    #expect(try makeTransport(url: "mock://parent", workerID: "w", token: nil) is MockTransport)
    TransportSchemes.register("Test-Scheme") { endpoint, workerID, _ in
      MockTransport(workerID: workerID + "!", endpoint: endpoint)
    }
    #expect(try makeTransport(url: "test-scheme://x", workerID: "w", token: nil).workerID == "w!")
    #expect {
      try makeTransport(url: "gopher://x", workerID: "w", token: nil)
    } throws: { error in
      "\(error)".contains("'gopher://'") && "\(error)".contains("mock, test-scheme")
    }
  }

  @Test(
    "a refusal's status says what the caller may conclude",
    arguments: [
      (400, "bad", .rejected), (401, "expired", .unauthorized), (403, "Duplicate message detected", .duplicate),
      (403, "wrong signature", .forbidden), (404, "worker not found", .notFound), (409, "loop", .conflict),
      (413, "large", .payloadTooLarge), (422, "bad", .rejected), (429, "slow", .rateLimited),
      (503, "starting", .serverError),
      (302, "elsewhere", .protocolViolation),
    ] as [(Int, String, TransportError.Kind)])
  func refusalKinds(status: Int, message: String, kind: TransportError.Kind) {
    let error = TransportError(refusal: CallFailure(status: status, message, retryAfter: .seconds(3)))
    #expect(error == TransportError(kind, message, status: status, retryAfter: .seconds(3)))
  }
}
