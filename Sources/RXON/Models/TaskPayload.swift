/// A task on its way down to a worker (protocol §2).
public struct TaskPayload: Sendable, Hashable {
  /// The job that the task belongs to.
  public var jobID: String
  /// The task's own id.
  public var taskID: String
  /// The name of the skill that the task asks for.
  public var type: String
  /// The task's parameters, an object.
  public var params: RawJSON?
  /// Trace propagation headers.
  public var tracingContext: [String: String]?
  /// Files that the parameters refer to, by parameter.
  public var paramsMetadata: [String: FileMetadata]?
  /// More is sooner.
  public var priority: Double
  /// Unix seconds after which the task must not be started.
  public var deadline: Int?
  /// Who signed the message.
  public var security: SecurityContext?
  /// Free-form, for extensions.
  public var metadata: RawJSON?
  /// Unix seconds at which the sender signed.
  public var timestamp: Int?
  /// What the task permits, an object; see ``allowedSkills``.
  public var policy: RawJSON?
  /// The orchestrator's signature over the model view (protocol §3).
  public var sig: String?
  /// Position within the job.
  public var step: Int
  /// How many jobs this one is nested in.
  public var depth: Int
  /// Links the task to the one before it.
  public var parentHash: String?
  /// Members that this model does not know, in their order.
  public var unknown: [JSONMember]

  public init(
    jobID: String, taskID: String, type: String, params: RawJSON? = nil, tracingContext: [String: String]? = nil,
    paramsMetadata: [String: FileMetadata]? = nil, priority: Double = 0, deadline: Int? = nil,
    security: SecurityContext? = nil, metadata: RawJSON? = nil, timestamp: Int? = nil, policy: RawJSON? = nil,
    sig: String? = nil, step: Int = 0, depth: Int = 0, parentHash: String? = nil, unknown: [JSONMember] = []
  ) {
    self.jobID = jobID
    self.taskID = taskID
    self.type = type
    self.params = params
    self.tracingContext = tracingContext
    self.paramsMetadata = paramsMetadata
    self.priority = priority
    self.deadline = deadline
    self.security = security
    self.metadata = metadata
    self.timestamp = timestamp
    self.policy = policy
    self.sig = sig
    self.step = step
    self.depth = depth
    self.parentHash = parentHash
    self.unknown = unknown
  }
}

extension TaskPayload: RXONModel {
  public static let schema = ModelSchema([
    "job_id": .value, "task_id": .value, "type": .value, "params": .value, "tracing_context": .value,
    "params_metadata": .map(FileMetadata.schema), "priority": .value, "deadline": .value,
    "security": .model(SecurityContext.schema), "metadata": .value, "timestamp": .value, "policy": .value,
    "sig": .value, "step": .integer(default: 0), "depth": .integer(default: 0), "parent_hash": .value,
  ])

  public init(from decoder: inout ModelDecoder) throws(ModelError) {
    self.init(jobID: "", taskID: "", type: "")
    var jobID: String?
    var taskID: String?
    var type: String?
    var members = try decoder.object()
    while let member = try members.next(&decoder) {
      switch member {
      case "job_id": jobID = try decoder.string()
      case "task_id": taskID = try decoder.string()
      case "type": type = try decoder.string()
      case "params": params = try decoder.optionalRawObject()
      case "tracing_context": tracingContext = try decoder.optionalStringMap()
      case "params_metadata": paramsMetadata = try decoder.optionalMap(of: FileMetadata.self)
      case "priority": priority = try decoder.double()
      case "deadline": deadline = try decoder.optionalInteger()
      case "security": security = try decoder.optional(SecurityContext.self)
      case "metadata": metadata = try decoder.optionalRawObject()
      case "timestamp": timestamp = try decoder.optionalInteger()
      case "policy": policy = try decoder.optionalRawObject()
      case "sig": sig = try decoder.optionalString()
      case "step": step = try decoder.integer()
      case "depth": depth = try decoder.integer()
      case "parent_hash": parentHash = try decoder.optionalString()
      default: unknown.append(try decoder.unknown(member))
      }
    }
    self.jobID = try decoder.required(jobID, "job_id")
    self.taskID = try decoder.required(taskID, "task_id")
    self.type = try decoder.required(type, "type")
  }

  public func encode(into writer: inout JSONWriter) {
    writer.beginObject()
    writer.member("job_id", jobID)
    writer.member("task_id", taskID)
    writer.member("type", type)
    writer.member("params", params)
    writer.member("tracing_context", tracingContext)
    writer.member("params_metadata", paramsMetadata)
    if priority != 0 { writer.member("priority", priority) }
    writer.member("deadline", deadline)
    writer.member("security", security)
    writer.member("metadata", metadata)
    writer.member("timestamp", timestamp)
    writer.member("policy", policy)
    writer.member("sig", sig)
    if step != 0 { writer.member("step", step) }
    if depth != 0 { writer.member("depth", depth) }
    writer.member("parent_hash", parentHash)
    writer.members(unknown)
    writer.endObject()
  }
}
