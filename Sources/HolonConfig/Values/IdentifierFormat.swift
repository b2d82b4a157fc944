import RXON

extension ValueFormat where Value == String {
  /// The beginning of such a name; half of it at most.
  static var identifierPart: Self {
    let longest = Identifier.maximumLength / 2
    return ValueFormat(kind: "text", allowed: "1 to \(longest) of A-Z a-z 0-9 _ -", text: { $0 }) { written in
      Identifier.isStrictlyValid(written) && written.utf8.count <= longest
        ? .success(written)
        : .failure(
          ValueProblem(
            "'\(written)' cannot begin an identifier",
            remedy: "use 1 to \(longest) letters, digits, underscores and hyphens"))
    }
  }

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
