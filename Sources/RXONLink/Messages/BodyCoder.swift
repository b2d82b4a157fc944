import RXONLZ4

/// Puts bodies into frames and takes them out, compressed where both sides can and it pays. Used by one thread at a time.
struct BodyCoder {
  /// Nil where one side does not compress.
  var compression: BodyCompression?
  /// Of a body that unfolds, in bytes.
  let limit: Int

  func encode(_ bytes: [UInt8]) -> LinkBody {
    guard let frame = compression?.compress(bytes) else { return LinkBody(bytes) }
    return LinkBody(frame, coding: .lz4)
  }

  /// - Throws: what is wrong with it, for a person.
  func decode(_ body: LinkBody) throws(Failure) -> [UInt8] {
    guard body.coding == .lz4 else { return body.data }
    guard let compression else { throw Failure(description: "a body is compressed, which was not agreed on") }
    do throws(LZ4Frame.Failure) {
      return try compression.decompress(body.data, limit: limit)
    } catch {
      throw Failure(description: "a compressed body cannot be read: \(error)")
    }
  }

  struct Failure: Error {
    var description: String
  }
}
