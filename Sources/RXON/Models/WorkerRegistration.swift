/// A worker introduces itself to its parent (protocol §2).
public struct WorkerRegistration: Sendable, Hashable {
  /// The worker's id.
  public var workerID: String
  /// A free word for the kind of worker.
  public var workerType: String
  /// Every skill of the worker.
  public var supportedSkills: [SkillInfo]?
  /// Names of skills that may be asked for now.
  public var availableSkills: [String]?
  /// Names of skills that start without warming up.
  public var hotSkills: [String]?
  /// Hardware and other resources.
  public var resources: Resources?
  /// Versions by name.
  public var installedSoftware: [String: String]?
  /// Models, data sets and the like that are at hand.
  public var installedArtifacts: [InstalledArtifact]?
  /// Address, costs and optional abilities.
  public var capabilities: WorkerCapabilities?
  /// Stands for the content of `supportedSkills` in heartbeats.
  public var skillsHash: String?
  /// Who signed the message.
  public var security: SecurityContext?
  /// Free-form, for extensions.
  public var metadata: RawJSON?
  /// Unix seconds at which the sender signed.
  public var timestamp: Int?
  /// Members that this model does not know, in their order.
  public var unknown: [JSONMember]

  public init(
    workerID: String, workerType: String = "generic", supportedSkills: [SkillInfo]? = nil,
    availableSkills: [String]? = nil, hotSkills: [String]? = nil, resources: Resources? = nil,
    installedSoftware: [String: String]? = nil, installedArtifacts: [InstalledArtifact]? = nil,
    capabilities: WorkerCapabilities? = nil, skillsHash: String? = nil, security: SecurityContext? = nil,
    metadata: RawJSON? = nil, timestamp: Int? = nil, unknown: [JSONMember] = []
  ) {
    self.workerID = workerID
    self.workerType = workerType
    self.supportedSkills = supportedSkills
    self.availableSkills = availableSkills
    self.hotSkills = hotSkills
    self.resources = resources
    self.installedSoftware = installedSoftware
    self.installedArtifacts = installedArtifacts
    self.capabilities = capabilities
    self.skillsHash = skillsHash
    self.security = security
    self.metadata = metadata
    self.timestamp = timestamp
    self.unknown = unknown
  }
}

extension WorkerRegistration: RXONModel {
  public static let schema = ModelSchema([
    "worker_id": .value, "worker_type": .value, "supported_skills": .list(SkillInfo.schema), "available_skills": .value,
    "hot_skills": .value, "resources": .model(Resources.schema), "installed_software": .value,
    "installed_artifacts": .list(InstalledArtifact.schema), "capabilities": .model(WorkerCapabilities.schema),
    "skills_hash": .value, "security": .model(SecurityContext.schema), "metadata": .value, "timestamp": .value,
  ])

  public init(from decoder: inout ModelDecoder) throws(ModelError) {
    self.init(workerID: "")
    var workerID: String?
    var members = try decoder.object()
    while let member = try members.next(&decoder) {
      switch member {
      case "worker_id": workerID = try decoder.string()
      case "worker_type": workerType = try decoder.string()
      case "supported_skills": supportedSkills = try decoder.optionalList(of: SkillInfo.self)
      case "available_skills": availableSkills = try decoder.optionalStrings()
      case "hot_skills": hotSkills = try decoder.optionalStrings()
      case "resources": resources = try decoder.optional(Resources.self)
      case "installed_software": installedSoftware = try decoder.optionalStringMap()
      case "installed_artifacts": installedArtifacts = try decoder.optionalList(of: InstalledArtifact.self)
      case "capabilities": capabilities = try decoder.optional(WorkerCapabilities.self)
      case "skills_hash": skillsHash = try decoder.optionalString()
      case "security": security = try decoder.optional(SecurityContext.self)
      case "metadata": metadata = try decoder.optionalRawObject()
      case "timestamp": timestamp = try decoder.optionalInteger()
      default: unknown.append(try decoder.unknown(member))
      }
    }
    self.workerID = try decoder.required(workerID, "worker_id")
  }

  public func encode(into writer: inout JSONWriter) {
    writer.beginObject()
    writer.member("worker_id", workerID)
    if workerType != "generic" { writer.member("worker_type", workerType) }
    writer.member("supported_skills", supportedSkills)
    writer.member("available_skills", availableSkills)
    writer.member("hot_skills", hotSkills)
    writer.member("resources", resources)
    writer.member("installed_software", installedSoftware)
    writer.member("installed_artifacts", installedArtifacts)
    writer.member("capabilities", capabilities)
    writer.member("skills_hash", skillsHash)
    writer.member("security", security)
    writer.member("metadata", metadata)
    writer.member("timestamp", timestamp)
    writer.members(unknown)
    writer.endObject()
  }
}
