extension ChildRank {
  /// Whoever was served longest ago.
  static func roundRobin(_ candidate: Candidate) -> ChildRank {
    ChildRank(turn: candidate.lastServed)
  }
}
