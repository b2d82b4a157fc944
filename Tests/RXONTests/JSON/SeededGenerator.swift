import RXON

/// A reproducible source of randomness (SplitMix64).
struct SeededGenerator: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) {
    state = seed
  }

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
    return mixed ^ (mixed >> 31)
  }

  mutating func chance(_ percent: Int) -> Bool {
    Int.random(in: 0..<100, using: &self) < percent
  }

  mutating func text() -> String {
    let alphabet = Array("ab/\"\\\n\t\u{1}\u{7f}é日😀\u{2028} ")
    return String((0..<Int.random(in: 0...12, using: &self)).map { _ in alphabet.randomElement(using: &self) ?? "a" })
  }

  mutating func double() -> Double {
    while true {
      let double = chance(50) ? Double(bitPattern: next()) : Double.random(in: -1e9...1e9, using: &self)
      if double.isFinite { return double }
    }
  }

  mutating func value(depth: Int = 0) -> JSONValue {
    switch Int.random(in: 0..<(depth < 5 ? 8 : 6), using: &self) {
    case 0: .null
    case 1: .bool(chance(50))
    case 2: .integer(Int(truncatingIfNeeded: next()))
    case 3: .integer(Int.random(in: -1000...1000, using: &self))
    case 4: .double(double())
    case 5: .string(text())
    case 6: .array((0..<Int.random(in: 0...5, using: &self)).map { _ in value(depth: depth + 1) })
    default: .object(object(depth: depth + 1))
    }
  }

  mutating func object(depth: Int = 0) -> JSONObject {
    JSONObject(
      (0..<Int.random(in: 0...6, using: &self)).map { _ in
        JSONObject.Member(name: text(), value: value(depth: depth))
      })
  }
}
