/// Something that happened below, bubbling up (protocol §2).
public struct WorkerEventPayload: Sendable, Hashable {
  /// Identifies the event; a second one with this id is a replay.
  public var eventID: String
  /// The immediate sender.
  public var workerID: String
  /// Where the event happened.
  public var originWorkerID: String
  /// ``EventType/progress`` or a custom word.
  public var eventType: String
  /// The event's content, an object.
  public var payload: RawJSON
  /// The task in which the event happened.
  public var originTaskID: String?
  /// The nodes that relayed the event, first one first; see ``BubblingChain``.
  public var bubblingChain: [String]?
  /// The job that the event is about.
  public var targetJobID: String?
  /// The task that the event is about.
  public var targetTaskID: String?
  /// Trace propagation headers.
  public var traceContext: [String: String]?
  /// More is sooner.
  public var priority: Double
  /// Unix seconds at which the sender signed.
  public var timestamp: Int?
  /// Who signed the message.
  public var security: SecurityContext?
  /// Free-form, for extensions.
  public var metadata: RawJSON?
  /// Members that this model does not know, in their order.
  public var unknown: [JSONMember]

  public init(
    eventID: String, workerID: String, originWorkerID: String, eventType: String, payload: RawJSON,
    originTaskID: String? = nil, bubblingChain: [String]? = nil, targetJobID: String? = nil,
    targetTaskID: String? = nil, traceContext: [String: String]? = nil, priority: Double = 0, timestamp: Int? = nil,
    security: SecurityContext? = nil, metadata: RawJSON? = nil, unknown: [JSONMember] = []
  ) {
    self.eventID = eventID
    self.workerID = workerID
    self.originWorkerID = originWorkerID
    self.eventType = eventType
    self.payload = payload
    self.originTaskID = originTaskID
    self.bubblingChain = bubblingChain
    self.targetJobID = targetJobID
    self.targetTaskID = targetTaskID
    self.traceContext = traceContext
    self.priority = priority
    self.timestamp = timestamp
    self.security = security
    self.metadata = metadata
    self.unknown = unknown
  }
}

extension WorkerEventPayload: RXONModel {
  public static let schema = ModelSchema([
    "event_id": .value, "worker_id": .value, "origin_worker_id": .value, "event_type": .value, "payload": .value,
    "origin_task_id": .value, "bubbling_chain": .value, "target_job_id": .value, "target_task_id": .value,
    "trace_context": .value, "priority": .value, "timestamp": .value, "security": .model(SecurityContext.schema),
    "metadata": .value,
  ])

  public init(from decoder: inout ModelDecoder) throws(ModelError) {
    self.init(eventID: "", workerID: "", originWorkerID: "", eventType: "", payload: .emptyObject)
    var eventID: String?
    var workerID: String?
    var originWorkerID: String?
    var eventType: String?
    var payload: RawJSON?
    var members = try decoder.object()
    while let member = try members.next(&decoder) {
      switch member {
      case "event_id": eventID = try decoder.string()
      case "worker_id": workerID = try decoder.string()
      case "origin_worker_id": originWorkerID = try decoder.string()
      case "event_type": eventType = try decoder.string()
      case "payload": payload = try decoder.rawObject()
      case "origin_task_id": originTaskID = try decoder.optionalString()
      case "bubbling_chain": bubblingChain = try decoder.optionalStrings()
      case "target_job_id": targetJobID = try decoder.optionalString()
      case "target_task_id": targetTaskID = try decoder.optionalString()
      case "trace_context": traceContext = try decoder.optionalStringMap()
      case "priority": priority = try decoder.double()
      case "timestamp": timestamp = try decoder.optionalInteger()
      case "security": security = try decoder.optional(SecurityContext.self)
      case "metadata": metadata = try decoder.optionalRawObject()
      default: unknown.append(try decoder.unknown(member))
      }
    }
    self.eventID = try decoder.required(eventID, "event_id")
    self.workerID = try decoder.required(workerID, "worker_id")
    self.originWorkerID = try decoder.required(originWorkerID, "origin_worker_id")
    self.eventType = try decoder.required(eventType, "event_type")
    self.payload = try decoder.required(payload, "payload")
  }

  public func encode(into writer: inout JSONWriter) {
    writer.beginObject()
    writer.member("event_id", eventID)
    writer.member("worker_id", workerID)
    writer.member("origin_worker_id", originWorkerID)
    writer.member("event_type", eventType)
    writer.member("payload", payload)
    writer.member("origin_task_id", originTaskID)
    writer.member("bubbling_chain", bubblingChain)
    writer.member("target_job_id", targetJobID)
    writer.member("target_task_id", targetTaskID)
    writer.member("trace_context", traceContext)
    if priority != 0 { writer.member("priority", priority) }
    writer.member("timestamp", timestamp)
    writer.member("security", security)
    writer.member("metadata", metadata)
    writer.members(unknown)
    writer.endObject()
  }
}
