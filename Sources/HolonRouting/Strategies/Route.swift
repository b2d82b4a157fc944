/// Which strategy serves which skills. The first route that matches counts.
public struct Route: Sendable, Hashable {
  public var skill: SkillPattern
  public var strategy: RoutingStrategy
  /// For ``RoutingStrategy/overflow``: ids of the children to fill first, in this order. All others follow in the order
  /// in which they registered.
  public var children: [String]

  public init(skill: SkillPattern, strategy: RoutingStrategy, children: [String] = []) {
    self.skill = skill
    self.strategy = strategy
    self.children = children
  }
}
