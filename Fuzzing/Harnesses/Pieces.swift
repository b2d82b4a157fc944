import NIOCore

/// An input for what reads from a network: two bytes that say how, and what arrives, cut into pieces.
struct NetworkInput {
  /// Bits for the harness.
  let options: UInt8
  let pieces: [ArraySlice<UInt8>]

  /// - Parameter input: `0` as its second byte leaves the rest in one piece, `1` cuts it into single bytes, and any other
  ///   begins a pseudo-random sequence of sizes.
  init(_ input: [UInt8]) {
    options = input.first ?? 0
    let rest = input.dropFirst(2)
    switch input.dropFirst().first ?? UInt8(ascii: "0") {
    case UInt8(ascii: "0"): pieces = rest.isEmpty ? [] : [rest]
    case UInt8(ascii: "1"): pieces = rest.indices.map { rest[$0...$0] }
    case let seed: pieces = Self.cut(rest, seed: seed)
    }
  }

  func has(_ bit: Int) -> Bool {
    options & (1 << bit) != 0
  }

  private static func cut(_ bytes: ArraySlice<UInt8>, seed: UInt8) -> [ArraySlice<UInt8>] {
    var state = UInt32(seed)
    var rest = bytes
    var pieces: [ArraySlice<UInt8>] = []
    while !rest.isEmpty {
      state = state &* 1_664_525 &+ 1_013_904_223
      let piece = rest.prefix(1 + Int(state >> 26))
      pieces.append(piece)
      rest = rest.dropFirst(piece.count)
    }
    return pieces
  }
}
