/// What became of a task, on its way up (protocol §2).
public struct TaskResult: Sendable, Hashable {
  /// The job that the task belongs to.
  public var jobID: String
  /// The task's own id.
  public var taskID: String
  /// The immediate sender.
  public var workerID: String?
  /// The worker that did the work.
  public var originWorkerID: String?
  /// One of ``TaskStatus``, or a custom one.
  public var status: String
  /// The result's content, an object.
  public var data: RawJSON?
  /// Why the task failed.
  public var error: TaskError?
  /// Files that the data refers to, by member.
  public var dataMetadata: [String: FileMetadata]?
  /// Who signed the message.
  public var security: SecurityContext?
  /// Free-form, for extensions.
  public var metadata: RawJSON?
  /// Unix seconds at which the sender signed.
  public var timestamp: Int?
  /// What the task used up, an object.
  public var costs: RawJSON?
  /// Members that this model does not know, in their order.
  public var unknown: [JSONMember]

  public init(
    jobID: String, taskID: String, workerID: String? = nil, originWorkerID: String? = nil,
    status: String = TaskStatus.success, data: RawJSON? = nil, error: TaskError? = nil,
    dataMetadata: [String: FileMetadata]? = nil, security: SecurityContext? = nil, metadata: RawJSON? = nil,
    timestamp: Int? = nil, costs: RawJSON? = nil, unknown: [JSONMember] = []
  ) {
    self.jobID = jobID
    self.taskID = taskID
    self.workerID = workerID
    self.originWorkerID = originWorkerID
    self.status = status
    self.data = data
    self.error = error
    self.dataMetadata = dataMetadata
    self.security = security
    self.metadata = metadata
    self.timestamp = timestamp
    self.costs = costs
    self.unknown = unknown
  }
}

extension TaskResult: RXONModel {
  public static let schema = ModelSchema([
    "job_id": .value, "task_id": .value, "worker_id": .value, "origin_worker_id": .value, "status": .value,
    "data": .value, "error": .model(TaskError.schema), "data_metadata": .map(FileMetadata.schema),
    "security": .model(SecurityContext.schema), "metadata": .value, "timestamp": .value, "costs": .value,
  ])

  public init(from decoder: inout ModelDecoder) throws(ModelError) {
    self.init(jobID: "", taskID: "")
    var jobID: String?
    var taskID: String?
    var members = try decoder.object()
    while let member = try members.next(&decoder) {
      switch member {
      case "job_id": jobID = try decoder.string()
      case "task_id": taskID = try decoder.string()
      case "worker_id": workerID = try decoder.optionalString()
      case "origin_worker_id": originWorkerID = try decoder.optionalString()
      case "status": status = try decoder.string()
      case "data": data = try decoder.optionalRawObject()
      case "error": error = try decoder.optional(TaskError.self)
      case "data_metadata": dataMetadata = try decoder.optionalMap(of: FileMetadata.self)
      case "security": security = try decoder.optional(SecurityContext.self)
      case "metadata": metadata = try decoder.optionalRawObject()
      case "timestamp": timestamp = try decoder.optionalInteger()
      case "costs": costs = try decoder.optionalRawObject()
      default: unknown.append(try decoder.unknown(member))
      }
    }
    self.jobID = try decoder.required(jobID, "job_id")
    self.taskID = try decoder.required(taskID, "task_id")
  }

  public func encode(into writer: inout JSONWriter) {
    writer.beginObject()
    writer.member("job_id", jobID)
    writer.member("task_id", taskID)
    writer.member("worker_id", workerID)
    writer.member("origin_worker_id", originWorkerID)
    if status != TaskStatus.success { writer.member("status", status) }
    writer.member("data", data)
    writer.member("error", error)
    writer.member("data_metadata", dataMetadata)
    writer.member("security", security)
    writer.member("metadata", metadata)
    writer.member("timestamp", timestamp)
    writer.member("costs", costs)
    writer.members(unknown)
    writer.endObject()
  }
}
