public import RXON

/// What a parent is told of one child that is a worker of its own there: what the child says of itself, and that it is
/// reached through this node.
public struct ChildOffer: Sendable, Hashable {
  /// Unsigned, without timestamp.
  private var template: WorkerRegistration

  /// - Parameters:
  ///   - registration: the child's, updated by its heartbeats.
  ///   - nodeID: of this node, for the detection of loops.
  public init(_ registration: WorkerRegistration, through nodeID: String) {
    template = registration
    template.supportedSkills = registration.supportedSkills?.map(\.withoutEmptyObjects)
    template.resources = registration.resources?.withoutEmptyObjects
    template.installedArtifacts = registration.installedArtifacts?.map(\.withoutEmptyObjects)
    if registration.installedSoftware?.isEmpty == true { template.installedSoftware = nil }
    template.capabilities = Self.capabilities(registration, depth: HolonLineage(of: registration).depthBelow + 1)
    template.security = nil
    template.timestamp = nil
    let lineage = HolonLineage(nodeID: nodeID, above: [HolonLineage(of: registration)])
    let holon = LeaseReport.leavingOut(run: registration.metadata?["holon"] ?? .emptyObject)
      .setting("path", to: .strings(lineage.path))
    template.metadata = (registration.metadata ?? .emptyObject).setting("holon", to: holon)
  }

  /// Of a child that is not here: it can do nothing.
  public static func absent(_ child: String, below nodeID: String) -> ChildOffer {
    ChildOffer(
      WorkerRegistration(workerID: child, supportedSkills: [], availableSkills: [], hotSkills: []), through: nodeID)
  }

  /// Commands reach the child whatever it can do itself: this node takes them, and a cancellation goes along with the
  /// answer to a heartbeat.
  private static func capabilities(_ registration: WorkerRegistration, depth: Int) -> WorkerCapabilities {
    var capabilities = registration.capabilities ?? WorkerCapabilities()
    if capabilities.costPerSkill?.isEmpty == true { capabilities.costPerSkill = nil }
    let extra = capabilities.extra ?? .emptyObject
    let holon = (extra["holon"] ?? .emptyObject).setting("depth_below", to: .integer(depth))
    capabilities.extra = extra.setting("websockets", to: .bool(true)).setting("holon", to: holon)
    return capabilities
  }

  /// What has to be sent when this took the place of `old`.
  public func change(from old: ChildOffer) -> Offer.Change {
    guard old != self else { return .none }
    var old = old
    old.template.supportedSkills = template.supportedSkills
    old.template.availableSkills = template.availableSkills
    old.template.hotSkills = template.hotSkills
    old.template.skillsHash = template.skillsHash
    return old == self ? .heartbeat : .registration
  }

  /// Unsigned, without timestamp.
  public func registration(workerID: String) -> WorkerRegistration {
    var registration = template
    registration.workerID = workerID
    return registration
  }

  /// Unsigned, without timestamp. A brief one leaves skills out; the child's own hash tells that they are the same.
  public func heartbeat(
    workerID: String, status: String, usage: ResourcesUsage? = nil, currentTasks: [String],
    content: HeartbeatSchedule.Content
  ) -> Heartbeat {
    let isFull = content == .full
    return Heartbeat(
      workerID: workerID, status: status, usage: usage, currentTasks: currentTasks,
      supportedSkills: isFull ? template.supportedSkills : nil,
      availableSkills: isFull ? template.availableSkills : nil, hotSkills: isFull ? template.hotSkills : nil,
      skillsHash: template.skillsHash)
  }
}
