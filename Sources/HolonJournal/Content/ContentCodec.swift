import HolonRouting
import RXONLZ4

/// Decides how a content lies in the journal: as it is, or as an LZ4 frame where that saves enough. Used by one thread
/// at a time.
final class ContentCodec {
  private let frames: LZ4Frame
  private let compressOver: Int
  private let limit: Int

  /// - Parameters:
  ///   - compressOver: contents of more bytes are compressed.
  ///   - limit: the most bytes that a stored frame may state to hold.
  init(compressOver: Int, limit: Int) throws(JournalFailure) {
    do throws(LZ4Frame.Failure) {
      frames = try LZ4Frame()
    } catch {
      throw .other("LZ4 cannot be used: \(error)")
    }
    self.compressOver = compressOver
    self.limit = limit
  }

  /// Calls `store` with the bytes to store and, when they are a frame, the size of the content.
  func encode<T>(
    _ content: [UInt8], store: (UnsafeRawBufferPointer, _ plainBytes: Int?) throws(JournalFailure) -> T
  ) throws(JournalFailure) -> T {
    // Less than an eighth saved does not pay for the work of reading it back.
    if content.count > compressOver,
      let frame = content.withUnsafeBytes({ frames.compress($0, smallerThan: $0.count - $0.count / 8) })
    {
      return try frame.withUnsafeBufferPointer { bytes throws(JournalFailure) in
        try store(UnsafeRawBufferPointer(bytes), content.count)
      }
    }
    return try content.withUnsafeBufferPointer { bytes throws(JournalFailure) in
      try store(UnsafeRawBufferPointer(bytes), nil)
    }
  }

  func decode(_ stored: UnsafeRawBufferPointer, plainBytes: Int?) throws(JournalFailure) -> [UInt8] {
    guard let plainBytes else { return Array(stored) }
    let content = try decompress(stored)
    guard content.count == plainBytes else {
      throw .unusable("a stored content is damaged: it holds \(content.count) bytes instead of \(plainBytes)")
    }
    return content
  }

  private func decompress(_ frame: UnsafeRawBufferPointer) throws(JournalFailure) -> [UInt8] {
    do throws(LZ4Frame.Failure) {
      return try frames.decompress(frame, limit: limit)
    } catch {
      switch error {
      case .malformed(let reason), .unavailable(let reason):
        throw .unusable("a stored content is damaged: \(reason)")
      case .tooLarge(let stated, let limit):
        throw .unusable("a stored content states \(stated) bytes, more than the limit of \(limit)")
      }
    }
  }
}
