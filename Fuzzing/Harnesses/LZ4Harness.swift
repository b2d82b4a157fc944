import RXONLZ4

extension Harness {
  /// A frame as a peer sends it and the journal stores it, after a byte that says what to do with it: `c` compresses the rest, `d`
  /// decompresses it as it is, and any other first puts the right checksum into its header, which a mutation has broken.
  static let lz4 = Harness(name: "lz4") { input in
    let frames = try LZ4Frame()
    let rest = Array(input.dropFirst())
    switch input.first {
    case nil: return
    case UInt8(ascii: "c"): try checkRoundTrip(rest, frames)
    case UInt8(ascii: "d"): try checkFrame(rest, frames)
    default: try checkFrame(FrameHeader.repaired(rest), frames)
    }
  }

  private static let limit = 1 << 16

  private static func checkRoundTrip(_ content: [UInt8], _ frames: LZ4Frame) throws {
    guard !content.isEmpty, let frame = content.withUnsafeBytes({ frames.compress($0, smallerThan: .max) }) else {
      try require(content.isEmpty, "whatever is not empty can be compressed")
      return
    }
    let back = try requireSuccess("what was compressed can be decompressed") {
      try frame.withUnsafeBytes { try frames.decompress($0, limit: content.count) }
    }
    try require(back == content, "what was compressed decompresses to itself")
    try require(
      (try? frame.withUnsafeBytes { try frames.decompress($0, limit: content.count - 1) }) == nil,
      "a frame that states more than the limit is refused")
    try require(
      (try? frame.dropLast().withUnsafeBytes { try frames.decompress($0, limit: content.count) }) == nil,
      "a frame that is cut short is refused")
  }

  private static func checkFrame(_ frame: [UInt8], _ frames: LZ4Frame) throws {
    guard let content = try? frame.withUnsafeBytes({ try frames.decompress($0, limit: limit) }) else {
      // The same context must be good for the next frame.
      try checkRoundTrip(Array("after a bad frame".utf8), frames)
      return
    }
    try require(content.count <= limit, "no content is longer than the limit")
    try checkRoundTrip(content, frames)
  }
}

/// The header of an LZ4 frame, which ends with a byte of a checksum.
private enum FrameHeader {
  static func repaired(_ frame: [UInt8]) -> [UInt8] {
    guard frame.count > 6 else { return frame }
    // After the magic number: flags, block size, then the content's size and a dictionary's id where the flags say so.
    let end = 6 + (frame[4] & 0x08 != 0 ? 8 : 0) + (frame[4] & 0x01 != 0 ? 4 : 0)
    guard end < frame.count else { return frame }
    var repaired = frame
    repaired[end] = UInt8(truncatingIfNeeded: XXHash32.hash(frame[4..<end]) >> 8)
    return repaired
  }
}

/// xxHash of less than sixteen bytes, without a seed.
private enum XXHash32 {
  static func hash(_ bytes: ArraySlice<UInt8>) -> UInt32 {
    var state: UInt32 = 374_761_393 &+ UInt32(truncatingIfNeeded: bytes.count)
    var rest = bytes
    while rest.count >= 4 {
      let lane = rest.prefix(4).reversed().reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
      state = rotated(state &+ lane &* 3_266_489_917, by: 17) &* 668_265_263
      rest = rest.dropFirst(4)
    }
    for byte in rest {
      state = rotated(state &+ UInt32(byte) &* 374_761_393, by: 11) &* 2_654_435_761
    }
    state = (state ^ state >> 15) &* 2_246_822_519
    state = (state ^ state >> 13) &* 3_266_489_917
    return state ^ state >> 16
  }

  private static func rotated(_ value: UInt32, by bits: UInt32) -> UInt32 {
    value << bits | value >> (32 - bits)
  }
}
