/// A number as the reference compares it: booleans are 1 and 0, and integers compare exactly with doubles.
struct ComparableNumber: Comparable {
  private let floor: Int128
  /// What is above the floor; for doubles beyond every integer of 64 bits, the double itself.
  private let rest: Double

  init?(_ value: JSONValue) {
    switch value {
    case .bool(let bool): self.init(integer: bool ? 1 : 0)
    case .integer(let integer): self.init(integer: Int128(integer))
    case .unsigned(let integer): self.init(integer: Int128(integer))
    case .double(let double): self.init(double)
    default: return nil
    }
  }

  private init(integer: Int128) {
    floor = integer
    rest = 0
  }

  private init(_ double: Double) {
    let rounded = double.rounded(.down)
    if let integer = Int128(exactly: rounded) {
      floor = integer
      rest = double - rounded
    } else {
      floor = double < 0 ? .min : .max
      rest = double
    }
  }

  static func < (left: ComparableNumber, right: ComparableNumber) -> Bool {
    (left.floor, left.rest) < (right.floor, right.rest)
  }
}

extension JSONValue {
  /// Equality as the reference has it: `1`, `1.0` and `true` are one, objects have no order.
  func isEquivalent(to other: JSONValue) -> Bool {
    if let left = ComparableNumber(self), let right = ComparableNumber(other) { return left == right }
    switch (self, other) {
    case (.null, .null): return true
    case (.string(let left), .string(let right)): return left.utf8.elementsEqual(right.utf8)
    case (.array(let left), .array(let right)):
      return left.count == right.count && zip(left, right).allSatisfy { $0.isEquivalent(to: $1) }
    case (.object(let left), .object(let right)):
      return left.members.count == right.members.count
        && left.members.allSatisfy { member in right[member.name].map(member.value.isEquivalent) ?? false }
    default: return false
    }
  }
}
