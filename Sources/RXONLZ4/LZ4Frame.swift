import CLZ4

/// Compresses to and from single LZ4 frames that state the size of what they hold. Keeps its contexts between uses; used
/// by one thread at a time.
package final class LZ4Frame {
  package enum Failure: Error, Hashable {
    /// The frame is damaged, cut short, followed by something, or does not state its size.
    case malformed(String)
    /// The frame states more than is allowed; nothing was allocated for it.
    case tooLarge(stated: UInt64, limit: Int)
    case unavailable(String)
  }

  /// No byte of an LZ4 block stands for more than 255 of the content.
  private static let mostGain = 255

  private let compression: OpaquePointer
  private let decompression: OpaquePointer

  package init() throws(Failure) {
    var compression: OpaquePointer?
    var decompression: OpaquePointer?
    let version = UInt32(LZ4F_VERSION)
    guard LZ4F_isError(LZ4F_createCompressionContext(&compression, version)) == 0, let compression else {
      throw .unavailable("liblz4 gave no compression context")
    }
    guard LZ4F_isError(LZ4F_createDecompressionContext(&decompression, version)) == 0, let decompression else {
      LZ4F_freeCompressionContext(compression)
      throw .unavailable("liblz4 gave no decompression context")
    }
    self.compression = compression
    self.decompression = decompression
  }

  deinit {
    LZ4F_freeCompressionContext(compression)
    LZ4F_freeDecompressionContext(decompression)
  }

  /// A frame with content size and checksum, or nil when it would not be smaller than `limit` bytes.
  package func compress(_ content: UnsafeRawBufferPointer, smallerThan limit: Int) -> [UInt8]? {
    var preferences = LZ4F_preferences_t()
    preferences.frameInfo.contentSize = UInt64(content.count)
    preferences.frameInfo.contentChecksumFlag = LZ4F_contentChecksumEnabled
    preferences.frameInfo.blockMode = LZ4F_blockLinked
    preferences.autoFlush = 1
    let capacity = LZ4F_compressFrameBound(content.count, &preferences)
    let frame = [UInt8](unsafeUninitializedCapacity: capacity) { buffer, count in
      guard let start = buffer.baseAddress else { return }
      var written = 0
      func advance(_ result: Int) -> Bool {
        guard LZ4F_isError(result) == 0 else { return false }
        written += result
        return true
      }
      guard advance(LZ4F_compressBegin(compression, start, capacity, &preferences)),
        advance(
          LZ4F_compressUpdate(
            compression, start + written, capacity - written, content.baseAddress, content.count, nil)),
        advance(LZ4F_compressEnd(compression, start + written, capacity - written, nil))
      else { return }
      count = written
    }
    return frame.isEmpty || frame.count >= limit ? nil : frame
  }

  /// The content of exactly one frame.
  package func decompress(_ frame: UnsafeRawBufferPointer, limit: Int) throws(Failure) -> [UInt8] {
    LZ4F_resetDecompressionContext(decompression)
    var information = LZ4F_frameInfo_t()
    var headerSize = frame.count
    let hint = LZ4F_getFrameInfo(decompression, &information, frame.baseAddress, &headerSize)
    guard LZ4F_isError(hint) == 0 else { throw .malformed(Self.reason(hint)) }
    guard information.contentSize > 0 else { throw .malformed("the frame does not state its size") }
    guard let size = Int(exactly: information.contentSize), size <= limit else {
      throw .tooLarge(stated: information.contentSize, limit: limit)
    }
    guard size / Self.mostGain <= frame.count else { throw .malformed("the frame states more than it can hold") }
    var outcome = 1
    var consumed = headerSize
    let content = [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
      // Each round consumes or produces something; the last reports 0.
      while LZ4F_isError(outcome) == 0, outcome != 0 {
        var produced = size - count
        var taken = frame.count - consumed
        outcome = LZ4F_decompress(
          decompression, buffer.baseAddress.map { $0 + count }, &produced,
          frame.baseAddress.map { $0 + consumed }, &taken, nil)
        guard produced > 0 || taken > 0 else { break }
        count += produced
        consumed += taken
      }
    }
    guard LZ4F_isError(outcome) == 0 else { throw .malformed(Self.reason(outcome)) }
    guard outcome == 0, content.count == size else { throw .malformed("the frame is cut short") }
    guard consumed == frame.count else { throw .malformed("something follows the frame") }
    return content
  }

  private static func reason(_ code: Int) -> String {
    LZ4F_getErrorName(code).map { String(cString: $0) } ?? "unknown"
  }
}
