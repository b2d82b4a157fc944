import RXON

extension ValueFormat where Value == String {
  /// A name that RXON allows for a worker.
  static var identifier: Self {
    ValueFormat(kind: "identifier", allowed: "1 to 128 of A-Z a-z 0-9 _ -", text: { $0 }) { written in
      Identifier.isStrictlyValid(written)
        ? .success(written)
        : .failure(
          ValueProblem(
            "'\(written)' is not a valid identifier", remedy: "use 1 to 128 letters, digits, underscores and hyphens"))
    }
  }
}
