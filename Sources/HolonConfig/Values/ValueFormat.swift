/// How a value is written: its kind, what it may be, and how text becomes one.
struct ValueFormat<Value: Sendable>: Sendable {
  /// The kind of value, as the documentation names it.
  let kind: String
  /// The values that are allowed, for a person; empty when all of the kind are.
  let allowed: String
  /// The value back as text, for showing defaults.
  let text: @Sendable (Value) -> String
  let parse: @Sendable (String) -> Result<Value, ValueProblem>
}

/// Why a text is not a value of its kind.
struct ValueProblem: Error, Sendable {
  /// Goes after the key's name: "is not a duration".
  var problem: String
  var remedy: String

  init(_ problem: String, remedy: String) {
    self.problem = problem
    self.remedy = remedy
  }
}

extension ValueFormat where Value == String {
  /// Any text but an empty one.
  static func text(kind: String = "text") -> Self {
    ValueFormat(kind: kind, allowed: "", text: { $0 }, parse: { .success($0) })
  }

  /// A file of the machine; a relative path starts at the working directory.
  static var path: Self { text(kind: "path") }
}

extension ValueFormat where Value == Int {
  static func integer(in range: ClosedRange<Int>) -> Self {
    bounded(kind: "integer", in: range, text: String.init, example: "a whole number such as \(range.lowerBound)") {
      $0.utf8.allSatisfy { $0 == 45 || (48...57).contains($0) } ? Int($0) : nil
    }
  }

  /// Bytes.
  static func size(in range: ClosedRange<Int>) -> Self {
    bounded(
      kind: "size", in: range, text: SizeText.format, example: "a number with B, KiB, MiB, GiB or TiB, such as 8MiB",
      parse: SizeText.parse)
  }
}

extension ValueFormat where Value == Duration {
  static func duration(in range: ClosedRange<Duration>) -> Self {
    bounded(
      kind: "duration", in: range, text: DurationText.format,
      example: "a number with ms, s, m, h or d, such as 45s or 1m30s", parse: DurationText.parse)
  }
}

extension ValueFormat where Value: Comparable {
  private static func bounded(
    kind: String, in range: ClosedRange<Value>, text: @escaping @Sendable (Value) -> String, example: String,
    parse: @escaping @Sendable (String) -> Value?
  ) -> Self {
    let allowed = "\(text(range.lowerBound)) to \(text(range.upperBound))"
    return ValueFormat(kind: kind, allowed: allowed, text: text) { written in
      guard let value = parse(written) else {
        return .failure(ValueProblem("'\(written)' is not a valid \(kind)", remedy: "write \(example)"))
      }
      guard range.contains(value) else {
        return .failure(ValueProblem("\(written) is out of range", remedy: "write something from \(allowed)"))
      }
      return .success(value)
    }
  }
}

extension ValueFormat where Value: RawRepresentable & CaseIterable, Value.RawValue == String {
  /// One word of a few.
  /// - Parameter later: words that the design has and this version does not, with what they stand for.
  static func word(later: [String: String] = [:]) -> Self {
    let words = Value.allCases.map(\.rawValue)
    return ValueFormat(kind: "word", allowed: words.joined(separator: ", "), text: \.rawValue) { written in
      if let value = Value(rawValue: written) { return .success(value) }
      if let meaning = later[written] {
        return .failure(
          ValueProblem(
            "this version does not have '\(written)' (\(meaning)) yet",
            remedy: "use \(words.joined(separator: " or "))"))
      }
      let guess = nearestWord(to: written, among: words).map { "did you mean \($0)?" }
      return .failure(
        ValueProblem(
          "'\(written)' is not one of \(words.joined(separator: ", "))",
          remedy: guess ?? "write one of them"))
    }
  }
}
