public import NIOHTTP1

/// An answer of an ``HTTPServer``. `Date`, `Content-Length` and `Connection` are added by the server.
public struct HTTPResponse: Sendable {
  public var status: HTTPResponseStatus
  /// Further fields. Names and values must be free of line breaks; a field that is not is left out.
  public var headers: [(name: String, value: String)]
  /// `Content-Type`; nil for an answer without a body.
  public var contentType: String?
  public var body: [UInt8]

  public init(
    status: HTTPResponseStatus, headers: [(name: String, value: String)] = [], contentType: String? = nil,
    body: [UInt8] = []
  ) {
    self.status = status
    self.headers = headers
    self.contentType = contentType
    self.body = body
  }

  public static func json(_ status: HTTPResponseStatus, _ body: [UInt8]) -> HTTPResponse {
    HTTPResponse(status: status, contentType: "application/json", body: body)
  }

  public static func text(_ status: HTTPResponseStatus, _ text: String) -> HTTPResponse {
    HTTPResponse(status: status, contentType: "text/plain; charset=utf-8", body: Array(text.utf8))
  }

  /// `{"error": message}`, the form of every refusal (protocol §1).
  public static func error(_ status: HTTPResponseStatus, _ message: String) -> HTTPResponse {
    var body = Array(#"{"error":""#.utf8)
    for byte in message.utf8 {
      switch byte {
      case UInt8(ascii: "\""), UInt8(ascii: "\\"): body += [UInt8(ascii: "\\"), byte]
      case 0..<0x20: body.append(UInt8(ascii: " "))
      default: body.append(byte)
      }
    }
    body += #""}"#.utf8
    return .json(status, body)
  }
}
