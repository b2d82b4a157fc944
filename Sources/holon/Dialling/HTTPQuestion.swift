import RXON

/// One HTTP request of a command, without body, and its answer.
struct HTTPQuestion {
  var method = "GET"
  var endpoint: Endpoint
  /// Goes after the endpoint's own path.
  var path: String
  var headers: [(name: String, value: String)] = []

  struct Answer {
    var status: Int
    /// Names in lower case.
    var headers: [String: String]
    var body: [UInt8]
  }

  static let answerLimit = 32 << 20

  /// Asks over a connection that is used for nothing else. Blocks.
  func ask(over connection: Connection) throws(Dialler.Failure) -> Answer {
    var head = "\(method) \(endpoint.path)\(path) HTTP/1.1\r\nHost: \(endpoint.authority)\r\nConnection: close\r\n"
    if method != "GET" { head += "Content-Length: 0\r\n" }
    for header in headers { head += "\(header.name): \(header.value)\r\n" }
    try connection.write(Array("\(head)\r\n".utf8))
    var received: [UInt8] = []
    while true {
      let chunk = try connection.read()
      received += chunk
      if let answer = Self.parse(received, isComplete: chunk.isEmpty) { return answer }
      guard !chunk.isEmpty else { throw .broken("the answer is not HTTP") }
      guard received.count <= Self.answerLimit else { throw .broken("the answer is too long") }
    }
  }

  /// - Returns: nil while more must be read.
  static func parse(_ bytes: [UInt8], isComplete: Bool) -> Answer? {
    guard let end = headEnd(in: bytes) else { return nil }
    let lines = String(decoding: bytes[..<end], as: UTF8.self).split(separator: "\r\n")
    let statusLine = lines.first?.split(separator: " ", maxSplits: 2) ?? []
    guard statusLine.count >= 2, statusLine[0].hasPrefix("HTTP/1."), let status = Int(statusLine[1]) else { return nil }
    var headers: [String: String] = [:]
    for line in lines.dropFirst() {
      guard let colon = line.firstIndex(of: ":") else { continue }
      let value = line[colon...].dropFirst().drop { $0 == " " || $0 == "\t" }
      headers[line[..<colon].lowercased()] = String(value)
    }
    let body = bytes[end...].dropFirst(4)
    if let length = headers["content-length"].flatMap({ Int($0) }) {
      guard length >= 0, body.count >= length else { return nil }
      return Answer(status: status, headers: headers, body: Array(body.prefix(length)))
    }
    return isComplete ? Answer(status: status, headers: headers, body: Array(body)) : nil
  }

  private static func headEnd(in bytes: [UInt8]) -> Int? {
    let mark = Array("\r\n\r\n".utf8)
    guard bytes.count >= mark.count else { return nil }
    return (0...(bytes.count - mark.count)).first { bytes[$0..<($0 + mark.count)].elementsEqual(mark) }
  }
}

extension Endpoint {
  /// The port, or the one that its scheme implies.
  var dialledPort: Int { port ?? (["https", "wss", "grpcs"].contains(scheme) ? 443 : 80) }
}
