extension ChildRank {
  /// Hot, then cheap, then the smallest part of its capacity in use.
  static func standard(_ candidate: Candidate) -> ChildRank {
    let capacity = max(1, candidate.running + candidate.parkedPolls)
    let load = Double(candidate.running) / Double(capacity)
    return ChildRank(candidate.isHot ? 0 : 1, candidate.cost ?? .infinity, load, turn: candidate.lastServed)
  }
}
