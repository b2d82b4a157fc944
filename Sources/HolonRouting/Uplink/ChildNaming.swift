import RXON

/// How a parent knows the children that stand for themselves: as their ids, behind a prefix that keeps them apart from
/// workers of other nodes.
public struct ChildNaming: Sendable, Hashable {
  /// May be empty.
  public var prefix: String

  public init(prefix: String) {
    self.prefix = prefix
  }

  /// The child's id at the parent; nil where that would be no identifier, so that the parent cannot know the child.
  public func name(of child: String) -> String? {
    let name = prefix + child
    return Identifier.isStrictlyValid(name) ? name : nil
  }
}
