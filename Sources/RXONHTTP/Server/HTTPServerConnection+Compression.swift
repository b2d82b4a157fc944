import NIOHTTP1
import RXONLZ4

/// Why a compressed body is not taken.
struct BodyRefusal: Error {
  let response: HTTPResponse
  let refusal: HTTPRefusal
}

extension HTTPServerConnection {
  func acceptsLZ4(_ request: HTTPRequest) -> Bool {
    bodies != nil && ContentCoding.isLZ4Accepted(request.headers)
  }

  /// - Throws: what is answered to a body that is no frame, or holds more than a body may.
  func decompressed(_ body: [UInt8]) throws(BodyRefusal) -> [UInt8] {
    guard let bodies else { return body }
    do throws(LZ4Frame.Failure) {
      return try bodies.decompress(body, limit: loop.limits.bodySize)
    } catch {
      switch error {
      case .tooLarge:
        throw BodyRefusal(response: .bodyTooLarge(limit: loop.limits.bodySize), refusal: .largeBody)
      case .malformed(let reason), .unavailable(let reason):
        throw BodyRefusal(
          response: .error(.badRequest, "the body is no LZ4 frame: \(reason)"), refusal: .malformed)
      }
    }
  }

  /// The answer to a client that takes `lz4`, which hears that this server takes it too (RFC 7694).
  func compressed(_ response: HTTPResponse) -> HTTPResponse {
    var response = response
    response.headers.append((name: "Accept-Encoding", value: ContentCoding.lz4))
    if let frame = bodies?.compress(response.body) {
      response.headers.append((name: "Content-Encoding", value: ContentCoding.lz4))
      response.body = frame
    }
    return response
  }
}
