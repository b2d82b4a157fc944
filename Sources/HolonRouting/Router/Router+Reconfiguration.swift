// A running router gets a new configuration.
extension Router {
  /// Takes a new configuration over. What is held stays held; what was chosen stays chosen.
  ///
  /// The node's id and the size of the memory of keys stay as they were: others know the node by the one, and the other
  /// was laid out at the start.
  public mutating func reconfigure(_ new: RouterConfiguration) {
    var new = new
    new.nodeID = configuration.nodeID
    new.deduplicationKeys = configuration.deduplicationKeys
    configuration = new
    skills.setRoutes(new.routes)
    for slot in children.slots {
      for group in children[slot]?.groups ?? [] { rebuildSkills(ofGroup: group) }
      reindex(slot)
      reschedule(child: slot)
    }
  }
}
