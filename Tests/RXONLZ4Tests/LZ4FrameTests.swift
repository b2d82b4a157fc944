import Testing

@testable import RXONLZ4

@Suite("LZ4 frames")
struct LZ4FrameTests {
  private let frames: LZ4Frame

  init() throws {
    frames = try LZ4Frame()
  }

  private func compress(_ content: [UInt8]) throws -> [UInt8] {
    try #require(content.withUnsafeBytes { frames.compress($0, smallerThan: .max) })
  }

  private func decompress(_ frame: [UInt8], limit: Int = 1 << 20) throws -> [UInt8] {
    try frame.withUnsafeBytes { try frames.decompress($0, limit: limit) }
  }

  /// A frame whose header states another size, with the header checksum made right by trying.
  private func frame(_ frame: [UInt8], stating size: UInt64) throws -> [UInt8] {
    var lie = frame
    for byte in 0..<8 { lie[6 + byte] = UInt8(truncatingIfNeeded: size >> (8 * UInt64(byte))) }
    for checksum in UInt8.min...UInt8.max {
      lie[14] = checksum
      do {
        _ = try decompress(lie)
      } catch LZ4Frame.Failure.malformed(let reason) where reason.contains("headerChecksum") {
        continue
      } catch {}
      return lie
    }
    throw LZ4Frame.Failure.malformed("no checksum fits")
  }

  @Test("give back what was put in", arguments: [1, 64, 1024, 65_536, 65_537, 1 << 20])
  func roundTrip(_ count: Int) throws {
    for content in [Array(repeating: 7, count: count), noise(count)] {
      #expect(try decompress(compress(content)) == content)
    }
  }

  @Test("are not made when they would not be smaller than asked")
  func incompressible() {
    #expect(noise(4096).withUnsafeBytes { frames.compress($0, smallerThan: 4096) } == nil)
  }

  @Test("that state more than the limit are refused before anything is allocated")
  func bomb() throws {
    let content = [UInt8](repeating: 7, count: 4096)
    let huge = try frame(compress(content), stating: 1 << 50)
    #expect(throws: LZ4Frame.Failure.tooLarge(stated: 1 << 50, limit: 1 << 20)) { try decompress(huge) }
    let fitting = try compress(content)
    #expect(throws: LZ4Frame.Failure.tooLarge(stated: 4096, limit: 4095)) { try decompress(fitting, limit: 4095) }
  }

  @Test("that state more than their bytes can stand for are refused before anything is allocated")
  func overstatement() throws {
    let lie = try frame(compress(Array(repeating: 7, count: 4096)), stating: 1 << 20)
    #expect(throws: LZ4Frame.Failure.malformed("the frame states more than it can hold")) { try decompress(lie) }
  }

  @Test("that state a wrong size are refused", arguments: [4095, 4097, 100_000, 1] as [UInt64])
  func lies(_ size: UInt64) throws {
    let lie = try frame(compress(Array(repeating: 7, count: 4096)), stating: size)
    #expect(throws: LZ4Frame.Failure.self) { try decompress(lie) }
  }

  @Test("that are cut short, followed by something or changed are refused, and the next one is read")
  func damage() throws {
    let content = Array("a stored content, a stored content, a stored content".utf8)
    let whole = try compress(content)
    for length in 0..<whole.count {
      #expect(throws: LZ4Frame.Failure.self) { try decompress(Array(whole.prefix(length))) }
    }
    #expect(throws: LZ4Frame.Failure.self) { try decompress(whole + [0]) }
    for index in whole.indices {
      var changed = whole
      changed[index] ^= 0x10
      if let read = try? decompress(changed) { #expect(read == content) }
    }
    #expect(try decompress(whole) == content)
  }
}
