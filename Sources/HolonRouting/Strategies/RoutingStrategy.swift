/// How a route chooses among the children that are able and ready. Equals take turns in every strategy.
public enum RoutingStrategy: String, Sendable, Hashable, CaseIterable {
  /// Children that have the skill hot, then the cheapest, then the least loaded.
  case standard = "default"
  /// The child that was served longest ago.
  case roundRobin = "round_robin"
  /// The child that runs the fewest tasks.
  case leastConnections = "least_connections"
  /// The lowest `cost_per_skill`; a child that names no cost comes last, as at a real orchestrator.
  case cheapest
  /// The lowest cost for the time it takes and the failures to expect, as observed here; see ``ServiceRecord``.
  case bestValue = "best_value"
  /// Children in a fixed order; the next is used only while the ones before it are not ready.
  case overflow

  func rank(_ candidate: Candidate) -> ChildRank {
    switch self {
    case .standard: .standard(candidate)
    case .roundRobin: .roundRobin(candidate)
    case .leastConnections: .leastConnections(candidate)
    case .cheapest: .cheapest(candidate)
    case .bestValue: .bestValue(candidate)
    case .overflow: .overflow(candidate)
    }
  }
}
