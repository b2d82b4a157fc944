public import RXON

/// What a node offers its parents: everything that its children offer, as if it were one worker. Equal offers say the
/// same, whatever the order in which the children came.
public struct Offer: Sendable, Hashable {
  /// The version of the node's program.
  public var version: String
  /// Sorted by name; see ``aggregate(children:nodeID:version:ownCapabilities:digest:)`` for variants of one name.
  public var skills: [SkillInfo]
  public var availableSkills: [String]
  public var hotSkills: [String]
  /// The lowest of each skill.
  public var costPerSkill: [String: Double]
  public var devices: [HardwareDevice]
  public var properties: RawJSON?
  public var software: [String: String]
  public var artifacts: [InstalledArtifact]
  /// The node's own host, address and blob configuration, and further abilities in `extra`.
  public var ownCapabilities: WorkerCapabilities
  public var lineage: HolonLineage
  /// Children that are directly below.
  public var childCount: Int
  /// Stands for ``skills``; the same whenever they are the same.
  public var skillsHash: String

  /// What has to be sent when an offer took the place of another.
  public enum Change: Sendable, Hashable, Comparable {
    /// Nothing, or nothing that cannot wait for the next regular registration.
    case none
    /// A full heartbeat tells it.
    case heartbeat
    /// Only a registration tells it.
    case registration
  }

  public func change(from old: Offer) -> Change {
    // How many children there are says nothing about what can be done here.
    var old = old
    old.childCount = childCount
    guard old != self else { return .none }
    old.skills = skills
    old.availableSkills = availableSkills
    old.hotSkills = hotSkills
    old.skillsHash = skillsHash
    return old == self ? .heartbeat : .registration
  }

  /// Unsigned, without timestamp.
  public func registration(workerID: String) -> WorkerRegistration {
    WorkerRegistration(
      workerID: workerID, workerType: "holon", supportedSkills: skills, availableSkills: availableSkills,
      hotSkills: hotSkills, resources: resources, installedSoftware: software.isEmpty ? nil : software,
      installedArtifacts: artifacts.isEmpty ? nil : artifacts, capabilities: capabilities, skillsHash: skillsHash,
      metadata: .object(["holon": .object(["path": .strings(lineage.path)])]))
  }

  /// Unsigned, without timestamp. A brief one leaves skills out; the hash tells that they are the same.
  public func heartbeat(
    workerID: String, status: String, usage: ResourcesUsage? = nil, currentTasks: [String],
    content: HeartbeatSchedule.Content
  ) -> Heartbeat {
    let isFull = content == .full
    return Heartbeat(
      workerID: workerID, status: status, usage: usage, currentTasks: currentTasks,
      supportedSkills: isFull ? skills : nil, availableSkills: isFull ? availableSkills : nil,
      hotSkills: isFull ? hotSkills : nil, skillsHash: skillsHash)
  }

  private var resources: Resources? {
    guard !devices.isEmpty || properties != nil else { return nil }
    return Resources(devices: devices.isEmpty ? nil : devices, properties: properties)
  }

  private var capabilities: WorkerCapabilities {
    var capabilities = ownCapabilities
    capabilities.costPerSkill = costPerSkill.isEmpty ? nil : costPerSkill
    capabilities.extra = (ownCapabilities.extra ?? .emptyObject)
      .setting("websockets", to: .bool(true))
      .setting(
        "holon",
        to: .object([
          "version": .string(version), "depth_below": .integer(lineage.depthBelow), "children": .integer(childCount),
        ]))
    return capabilities
  }
}
