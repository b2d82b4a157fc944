import NIOCore
import NIOHTTP1

/// What becomes of a connection after an answer.
enum HTTPPersistence {
  /// It stays, as HTTP/1.1 has it.
  case keepAlive
  /// It stays, which an HTTP/1.0 client has to be told.
  case explicitKeepAlive
  case close
}

/// Writes an answer, header and body, into one buffer.
struct HTTPResponseSerializer: Sendable {
  /// Whole header lines that every answer carries.
  private let commonLines: [UInt8]

  init(commonHeaders: [(name: String, value: String)]) {
    commonLines = commonHeaders.flatMap { Array("\($0.name): \($0.value)\r\n".utf8) }
  }

  func serialize(
    _ response: HTTPResponse, date: [UInt8], persistence: HTTPPersistence, isHead: Bool,
    allocator: ByteBufferAllocator
  ) -> ByteBuffer {
    var buffer = allocator.buffer(capacity: 256 + (isHead ? 0 : response.body.count))
    writeStatusLine(response.status, into: &buffer)
    buffer.writeBytes(commonLines)
    buffer.writeStaticString("Date: ")
    buffer.writeBytes(date)
    buffer.writeStaticString("\r\n")
    for (name, value) in response.headers where isOneLine(name) && isOneLine(value) {
      write(name, value, into: &buffer)
    }
    if let contentType = response.contentType {
      write("Content-Type", contentType, into: &buffer)
    }
    if response.status.mayHaveResponseBody {
      write("Content-Length", String(response.body.count), into: &buffer)
    }
    switch persistence {
    case .keepAlive: break
    case .explicitKeepAlive: buffer.writeStaticString("Connection: keep-alive\r\n")
    case .close: buffer.writeStaticString("Connection: close\r\n")
    }
    buffer.writeStaticString("\r\n")
    if !isHead, response.status.mayHaveResponseBody {
      buffer.writeBytes(response.body)
    }
    return buffer
  }

  private func writeStatusLine(_ status: HTTPResponseStatus, into buffer: inout ByteBuffer) {
    switch status {
    case .ok: buffer.writeStaticString("HTTP/1.1 200 OK\r\n")
    case .noContent: buffer.writeStaticString("HTTP/1.1 204 No Content\r\n")
    default: buffer.writeString("HTTP/1.1 \(status.code) \(status.reasonPhrase)\r\n")
    }
  }

  private func write(_ name: String, _ value: String, into buffer: inout ByteBuffer) {
    buffer.writeString(name)
    buffer.writeStaticString(": ")
    buffer.writeString(value)
    buffer.writeStaticString("\r\n")
  }

  private func isOneLine(_ text: String) -> Bool {
    text.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7f || $0 == 0x09 }
  }
}
