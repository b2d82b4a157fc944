import NIOCore
import NIOHTTP1
import RXON

/// A request whose body is still arriving.
struct IncomingRequest {
  let head: HTTPRequestHead
  private(set) var body: [UInt8] = []
  /// The span in which enough of the body must come; nil while nobody reads.
  private var span: (start: NIODeadline, receivedBefore: Int)?
  /// The client waits for `100 Continue` before it sends the body.
  var expectsContinue: Bool

  init(head: HTTPRequestHead) {
    self.head = head
    expectsContinue = head.version == .http1_1 && head.headers.contains(name: "expect")
    if let length = declaredLength {
      body.reserveCapacity(min(length, 64 << 10))
    }
  }

  /// The body is an LZ4 frame.
  var isCompressed: Bool { coding == ContentCoding.lz4 }

  private var coding: String? { head.headers.first(name: "content-encoding")?.lowercased() }

  /// The answer to a request that is refused without waiting for its body.
  /// - Parameter takesLZ4: a compressed body will do.
  func refusal(limits: HTTPServerLimits, takesLZ4: Bool) -> HTTPResponse? {
    if let length = declaredLength, length > limits.bodySize {
      return .bodyTooLarge(limit: limits.bodySize)
    }
    if let coding, coding != "identity", !(takesLZ4 && isCompressed) {
      return .error(.unsupportedMediaType, "this content encoding is not supported here: send the body plain")
    }
    if expectsContinue, head.headers.first(name: "expect")?.lowercased() != "100-continue" {
      return .error(.expectationFailed, "the only expectation that can be met is 100-continue")
    }
    return nil
  }

  /// - Returns: false when the body is larger than `limit`.
  mutating func append(_ part: ByteBuffer, limit: Int) -> Bool {
    guard part.readableBytes <= limit - body.count else { return false }
    part.withUnsafeReadableBytes { body.append(contentsOf: $0) }
    return true
  }

  /// When the body must be complete, or longer by what the minimum rate asks for. Enough of it begins a new span, so a
  /// fast beginning does not pay for a long silence.
  mutating func deadline(limits: HTTPServerLimits, now: NIODeadline) -> NIODeadline {
    let enough = Double(limits.minimumBodyRate) * Double(limits.bodyTimeout.nanoseconds) / 1e9
    if let span, Double(body.count - span.receivedBefore) < max(1, enough) { return span.start + limits.bodyTimeout }
    span = (now, body.count)
    return now + limits.bodyTimeout
  }

  /// Nobody reads: the peer is not to blame.
  mutating func stopWaiting() {
    span = nil
  }

  func complete(remoteAddress: String, certificate: ClientCertificate?) -> HTTPRequest {
    let parts = head.uri.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
    return HTTPRequest(
      method: head.method, path: parts.first ?? "", query: parts.count > 1 ? parts[1] : "", headers: head.headers,
      body: body, remoteAddress: remoteAddress, certificate: certificate)
  }

  /// What becomes of the connection after the answer. The decoder stops at a request that asks for an upgrade, so
  /// nothing can follow one.
  var persistence: HTTPPersistence {
    if !head.isKeepAlive || head.method == .CONNECT || head.headers.contains(name: "upgrade") { return .close }
    return head.version == .http1_1 ? .keepAlive : .explicitKeepAlive
  }

  private var declaredLength: Int? {
    head.headers.first(name: "content-length").flatMap { Int($0) }
  }
}

extension HTTPResponse {
  static func bodyTooLarge(limit: Int) -> HTTPResponse {
    .error(.payloadTooLarge, "the body is larger than the limit of \(limit) bytes")
  }
}
