extension ChildRank {
  /// Whoever costs least; no cost named is dearer than any.
  static func cheapest(_ candidate: Candidate) -> ChildRank {
    ChildRank(candidate.cost ?? .infinity, turn: candidate.lastServed)
  }
}
