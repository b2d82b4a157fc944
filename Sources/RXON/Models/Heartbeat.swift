/// A sign of life (protocol §2).
public struct Heartbeat: Sendable, Hashable {
  /// The worker's id.
  public var workerID: String
  /// One of ``WorkerStatus``, or a custom one.
  public var status: String
  /// Present load.
  public var usage: ResourcesUsage?
  /// Ids of the tasks that the worker holds.
  public var currentTasks: [String]?
  /// Every skill, only when they changed or were asked for.
  public var supportedSkills: [SkillInfo]?
  /// Names of skills that may be asked for now.
  public var availableSkills: [String]?
  /// Names of skills that start without warming up.
  public var hotSkills: [String]?
  /// Stands for the content of `supportedSkills`.
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
    workerID: String, status: String, usage: ResourcesUsage? = nil, currentTasks: [String]? = nil,
    supportedSkills: [SkillInfo]? = nil, availableSkills: [String]? = nil, hotSkills: [String]? = nil,
    skillsHash: String? = nil, security: SecurityContext? = nil, metadata: RawJSON? = nil, timestamp: Int? = nil,
    unknown: [JSONMember] = []
  ) {
    self.workerID = workerID
    self.status = status
    self.usage = usage
    self.currentTasks = currentTasks
    self.supportedSkills = supportedSkills
    self.availableSkills = availableSkills
    self.hotSkills = hotSkills
    self.skillsHash = skillsHash
    self.security = security
    self.metadata = metadata
    self.timestamp = timestamp
    self.unknown = unknown
  }
}

extension Heartbeat: RXONModel {
  public static let schema = ModelSchema([
    "worker_id": .value, "status": .value, "usage": .model(ResourcesUsage.schema), "current_tasks": .value,
    "supported_skills": .list(SkillInfo.schema), "available_skills": .value, "hot_skills": .value,
    "skills_hash": .value, "security": .model(SecurityContext.schema), "metadata": .value, "timestamp": .value,
  ])

  public init(from decoder: inout ModelDecoder) throws(ModelError) {
    self.init(workerID: "", status: "")
    var workerID: String?
    var status: String?
    var members = try decoder.object()
    while let member = try members.next(&decoder) {
      switch member {
      case "worker_id": workerID = try decoder.string()
      case "status": status = try decoder.string()
      case "usage": usage = try decoder.optional(ResourcesUsage.self)
      case "current_tasks": currentTasks = try decoder.optionalStrings()
      case "supported_skills": supportedSkills = try decoder.optionalList(of: SkillInfo.self)
      case "available_skills": availableSkills = try decoder.optionalStrings()
      case "hot_skills": hotSkills = try decoder.optionalStrings()
      case "skills_hash": skillsHash = try decoder.optionalString()
      case "security": security = try decoder.optional(SecurityContext.self)
      case "metadata": metadata = try decoder.optionalRawObject()
      case "timestamp": timestamp = try decoder.optionalInteger()
      default: unknown.append(try decoder.unknown(member))
      }
    }
    self.workerID = try decoder.required(workerID, "worker_id")
    self.status = try decoder.required(status, "status")
  }

  public func encode(into writer: inout JSONWriter) {
    writer.beginObject()
    writer.member("worker_id", workerID)
    writer.member("status", status)
    writer.member("usage", usage)
    writer.member("current_tasks", currentTasks)
    writer.member("supported_skills", supportedSkills)
    writer.member("available_skills", availableSkills)
    writer.member("hot_skills", hotSkills)
    writer.member("skills_hash", skillsHash)
    writer.member("security", security)
    writer.member("metadata", metadata)
    writer.member("timestamp", timestamp)
    writer.members(unknown)
    writer.endObject()
  }
}
