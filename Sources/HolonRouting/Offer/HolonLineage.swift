public import RXON

/// Which Holons stand below the sender of a registration, and how deep the tree below it is.
///
/// A registration carries `metadata.holon.path`: the sender's id and the ids of all Holons below it. A parent that finds
/// its own id in there would close a loop. How deep the tree is, the capabilities say (`extra.holon.depth_below`).
public struct HolonLineage: Sendable, Hashable {
  /// Sorted, without duplicates; empty for a plain worker.
  public var path: [String]
  /// Levels below the sender: 0 for one without children, and for a plain worker.
  public var depthBelow: Int

  public init(path: [String] = [], depthBelow: Int = 0) {
    self.path = Array(Set(path)).sorted()
    self.depthBelow = depthBelow
  }

  /// What a child says of itself. Anything that is not as expected counts as absent.
  public init(of registration: WorkerRegistration) {
    let path = registration.metadata?["holon"]?["path"]?.elements.compactMap(\.stringValue) ?? []
    let depth = registration.capabilities?.extra?["holon"]?["depth_below"]?.integerValue ?? 0
    self.init(path: path, depthBelow: min(max(0, depth), Self.deepest))
  }

  /// The lineage of a node above these children.
  public init(nodeID: String, above children: [HolonLineage]) {
    let depth = children.map(\.depthBelow).max().map { min($0, Self.deepest) + 1 } ?? 0
    self.init(path: [nodeID] + children.flatMap(\.path), depthBelow: depth)
  }

  /// Far above every sensible limit; keeps what a child claims from growing without bounds.
  private static var deepest: Int { 1_000 }
}
