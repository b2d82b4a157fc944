/// How a child is chosen for the tasks of some skills.
public struct RouteConfiguration: Sendable, Hashable {
  public var skill: SkillPattern
  public var strategy: Strategy

  public enum Strategy: String, Sendable, Hashable, CaseIterable {
    /// Hot skills first, then the cheapest, then the least loaded.
    case `default`
    case roundRobin = "round_robin"
    case leastConnections = "least_connections"
    case cheapest
    case bestValue = "best_value"
    case overflow
  }
}

extension RouteConfiguration {
  init?(reading section: SectionReader) {
    let skill = section.required("skill", .skillPattern, "Which skills; the first route that matches counts.")
    strategy = section.value(
      "strategy", .word(), default: .default,
      "How to choose among the children that can take the task; docs/life-of-a-task.md says what each does.")
    guard let skill else { return nil }
    self.skill = skill
  }
}
