/// An order to a worker, over its command channel (protocol §2).
public struct WorkerCommand: Sendable, Hashable {
  /// ``CommandName/cancelTask`` or a custom word.
  public var command: String
  /// The task that the command is about.
  public var taskID: String?
  /// The job that the command is about.
  public var jobID: String?
  /// The command's parameters, an object.
  public var params: RawJSON?
  /// Free-form, for extensions.
  public var metadata: RawJSON?
  /// Members that this model does not know, in their order.
  public var unknown: [JSONMember]

  public init(
    command: String, taskID: String? = nil, jobID: String? = nil, params: RawJSON? = nil, metadata: RawJSON? = nil,
    unknown: [JSONMember] = []
  ) {
    self.command = command
    self.taskID = taskID
    self.jobID = jobID
    self.params = params
    self.metadata = metadata
    self.unknown = unknown
  }
}

extension WorkerCommand: RXONModel {
  public static let schema = ModelSchema([
    "command": .value, "task_id": .value, "job_id": .value, "params": .value, "metadata": .value,
  ])

  public init(from decoder: inout ModelDecoder) throws(ModelError) {
    self.init(command: "")
    var command: String?
    var members = try decoder.object()
    while let member = try members.next(&decoder) {
      switch member {
      case "command": command = try decoder.string()
      case "task_id": taskID = try decoder.optionalString()
      case "job_id": jobID = try decoder.optionalString()
      case "params": params = try decoder.optionalRawObject()
      case "metadata": metadata = try decoder.optionalRawObject()
      default: unknown.append(try decoder.unknown(member))
      }
    }
    self.command = try decoder.required(command, "command")
  }

  public func encode(into writer: inout JSONWriter) {
    writer.beginObject()
    writer.member("command", command)
    writer.member("task_id", taskID)
    writer.member("job_id", jobID)
    writer.member("params", params)
    writer.member("metadata", metadata)
    writer.members(unknown)
    writer.endObject()
  }
}
