extension ChildRank {
  /// The first child of the fixed order that is ready.
  static func overflow(_ candidate: Candidate) -> ChildRank {
    ChildRank(turn: candidate.order)
  }
}
