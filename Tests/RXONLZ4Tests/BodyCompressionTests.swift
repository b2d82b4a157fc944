import Testing

@testable import RXONLZ4

@Suite("Compression of bodies")
struct BodyCompressionTests {
  private let statistics = CompressionStatistics()
  private let compression: BodyCompression

  init() throws {
    compression = BodyCompression(frames: try LZ4Frame(), statistics: statistics)
  }

  private let text = [UInt8](repeating: 7, count: 4096)

  @Test("gives back what it compressed, and counts both ways")
  func roundTrip() throws {
    let frame = try #require(compression.compress(text))
    #expect(try compression.decompress(frame, limit: text.count) == text)
    for counts in [statistics.sent, statistics.received] {
      #expect(counts.plainBytes == text.count)
      #expect(counts.wireBytes == frame.count)
      #expect(counts.compressed == 1)
      #expect(counts.ratio > 10)
    }
  }

  @Test("leaves small bodies alone")
  func small() {
    #expect(compression.compress(Array(text.prefix(BodyCompression.threshold))) == nil)
    #expect(compression.compress(Array(text.prefix(BodyCompression.threshold + 1))) != nil)
  }

  @Test("refuses a frame of more than the limit")
  func limit() throws {
    let frame = try #require(compression.compress(text))
    #expect(throws: LZ4Frame.Failure.tooLarge(stated: 4096, limit: 4095)) {
      try compression.decompress(frame, limit: 4095)
    }
  }

  @Test("tries ever more rarely while it does not pay, and always once it does")
  func trials() {
    #expect(compression.compress(noise(4096)) == nil)
    #expect(compression.compress(text) == nil, "the one after a failure passes without a trial")
    #expect(compression.compress(text) != nil)
    #expect(compression.compress(text) != nil)
    #expect(statistics.sent.skipped == 2)

    var trials = CompressionTrials()
    var made: [Int] = []
    for body in 0..<400 where trials.isDue() {
      made.append(body)
      trials.ended(paid: false)
    }
    #expect(made == [0, 2, 5, 10, 19, 36, 69, 134, 199, 264, 329, 394])
  }
}
