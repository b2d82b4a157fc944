/// A task as the journal keeps it.
public struct TaskRecord: Sendable, Hashable {
  public var key: TaskKey
  public var uplink: UplinkID
  /// The skill that the task asks for.
  public var skill: String
  /// The version and the type of the skill, where the task names them.
  public var skillVersion: String?
  public var skillType: String?
  public var priority: Double
  /// Unix seconds.
  public var deadline: Int?
  /// The child that holds it, if any.
  public var assignedTo: String?
  /// How often it was handed to a child.
  public var attempts: Int
  /// Unix seconds at which it was taken from the parent.
  public var takenAt: Int
  /// The task as it arrived, for passing on untouched.
  public var content: [UInt8]

  public init(
    key: TaskKey, uplink: UplinkID, skill: String, skillVersion: String? = nil, skillType: String? = nil,
    priority: Double, deadline: Int?, assignedTo: String?, attempts: Int, takenAt: Int, content: [UInt8]
  ) {
    self.key = key
    self.uplink = uplink
    self.skill = skill
    self.skillVersion = skillVersion
    self.skillType = skillType
    self.priority = priority
    self.deadline = deadline
    self.assignedTo = assignedTo
    self.attempts = attempts
    self.takenAt = takenAt
    self.content = content
  }
}

/// A result that waits for its parent. The content is unsigned: identity, timestamp and signature are put on at each
/// attempt to deliver.
public struct ResultRecord: Sendable, Hashable {
  public var key: TaskKey
  public var uplink: UplinkID
  public var status: String
  /// Unix seconds.
  public var storedAt: Int
  /// An encoded `TaskResult` without signature, signer and timestamp.
  public var content: [UInt8]

  public init(key: TaskKey, uplink: UplinkID, status: String, storedAt: Int, content: [UInt8]) {
    self.key = key
    self.uplink = uplink
    self.status = status
    self.storedAt = storedAt
    self.content = content
  }
}

/// A durable event that waits for its parent.
public struct EventRecord: Sendable, Hashable {
  public var eventID: String
  public var uplink: UplinkID
  public var priority: Double
  /// Unix seconds.
  public var storedAt: Int
  /// An encoded `WorkerEventPayload` without signature and signer; `metadata.holon` keeps the first timestamp.
  public var content: [UInt8]

  public init(eventID: String, uplink: UplinkID, priority: Double, storedAt: Int, content: [UInt8]) {
    self.eventID = eventID
    self.uplink = uplink
    self.priority = priority
    self.storedAt = storedAt
    self.content = content
  }
}

/// Something that was given up, kept for a person to look at, retry or drop.
public struct DeadLetter: Sendable, Hashable {
  public enum Kind: String, Sendable, Hashable, CaseIterable {
    case task, result, event
  }

  public var kind: Kind
  /// `job/task` or the event id.
  public var subject: String
  public var uplink: UplinkID
  /// A bounded word, as in metrics: `forbidden`, `too_large`, `expired`, …
  public var reason: String
  /// What happened, for a person.
  public var detail: String
  /// Unix seconds.
  public var at: Int
  public var content: [UInt8]

  public init(
    kind: Kind, subject: String, uplink: UplinkID, reason: String, detail: String, at: Int, content: [UInt8]
  ) {
    self.kind = kind
    self.subject = subject
    self.uplink = uplink
    self.reason = reason
    self.detail = detail
    self.at = at
    self.content = content
  }
}

/// What waits for a parent, by identity.
public enum OutboxID: Hashable, Sendable {
  case result(TaskKey)
  case event(String)
}

extension OutboxID: CustomStringConvertible {
  /// As the journal and the command line name it: `job/task`, or the event's id.
  public var description: String {
    switch self {
    case .result(let key): "\(key.jobID)/\(key.taskID)"
    case .event(let eventID): eventID
    }
  }
}
