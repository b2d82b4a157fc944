/// Selects skills by name: a name in full, or a beginning of names with `*` at its end.
public struct SkillPattern: Sendable, Hashable {
  /// As it was written.
  public let text: String

  /// `nil` when `*` stands anywhere but at the end, or a character is none of a skill's name.
  public init?(_ text: String) {
    let name = text.hasSuffix("*") ? text.dropLast() : text[...]
    let allowed = name.utf8.allSatisfy { byte in
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"):
        true
      default: false
      }
    }
    guard allowed, !text.isEmpty, text.utf8.count <= 128 else { return nil }
    self.text = text
  }

  public func matches(_ skill: String) -> Bool {
    text.hasSuffix("*") ? skill.utf8.starts(with: text.utf8.dropLast()) : skill == text
  }
}

extension ValueFormat where Value == SkillPattern {
  static var skillPattern: Self {
    ValueFormat(kind: "pattern", allowed: "a skill's name, or its beginning and `*`", text: \.text) { written in
      SkillPattern(written).map { .success($0) }
        ?? .failure(
          ValueProblem(
            "'\(written)' is not a skill pattern",
            remedy: "write a skill's name (letters, digits, _ and -), with * at its end for all that begin so"))
    }
  }
}
