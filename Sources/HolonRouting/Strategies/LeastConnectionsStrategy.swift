extension ChildRank {
  /// Whoever runs the fewest tasks, whatever its capacity.
  static func leastConnections(_ candidate: Candidate) -> ChildRank {
    ChildRank(Double(candidate.running), turn: candidate.lastServed)
  }
}
