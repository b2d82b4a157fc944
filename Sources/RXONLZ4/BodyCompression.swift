/// Decides for the bodies that are exchanged with one peer whether they travel as LZ4 frames, and reads those that
/// arrive. Used by one thread at a time.
///
/// The frames may be shared by all peers of one thread; what was learned of a peer's bodies stays with it.
package final class BodyCompression {
  /// Bodies of more bytes are worth a trial.
  package static let threshold = 1024

  private let frames: LZ4Frame
  private let statistics: CompressionStatistics
  private var trials = CompressionTrials()

  package init(frames: LZ4Frame, statistics: CompressionStatistics) {
    self.frames = frames
    self.statistics = statistics
  }

  /// The frame to send in place of `body`, or nil where the body itself is better: it is small, it did not become
  /// smaller by an eighth, or bodies lately did not.
  package func compress(_ body: UnsafeRawBufferPointer) -> [UInt8]? {
    guard body.count > Self.threshold else { return nil }
    guard trials.isDue() else {
      statistics.sentPlain(body.count)
      return nil
    }
    let frame = frames.compress(body, smallerThan: body.count - body.count / 8)
    trials.ended(paid: frame != nil)
    if let frame {
      statistics.sentCompressed(body.count, as: frame.count)
    } else {
      statistics.sentPlain(body.count)
    }
    return frame
  }

  package func compress(_ body: [UInt8]) -> [UInt8]? {
    body.withUnsafeBytes { compress($0) }
  }

  /// The body in a frame that arrived.
  /// - Parameter limit: the most bytes that it may have; checked before room is made for them.
  package func decompress(_ frame: UnsafeRawBufferPointer, limit: Int) throws(LZ4Frame.Failure) -> [UInt8] {
    let body = try frames.decompress(frame, limit: limit)
    statistics.receivedCompressed(body.count, as: frame.count)
    return body
  }

  package func decompress(_ frame: [UInt8], limit: Int) throws(LZ4Frame.Failure) -> [UInt8] {
    try frame.withUnsafeBufferPointer { bytes throws(LZ4Frame.Failure) in
      try decompress(UnsafeRawBufferPointer(bytes), limit: limit)
    }
  }
}
