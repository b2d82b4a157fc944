public import RXON

/// Something in the journal that waits for its parent. The content stays in the journal.
public struct OutboxItem: Sendable, Hashable {
  public var id: OutboxID
  /// The only parent that it may go to.
  public var uplink: UplinkID
  /// Higher goes first among items of the same kind.
  public var priority: Double
  /// Unix seconds.
  public var storedAt: Int
  /// Size of the stored content.
  public var bytes: Int

  public init(id: OutboxID, uplink: UplinkID, priority: Double = 0, storedAt: Int, bytes: Int) {
    self.id = id
    self.uplink = uplink
    self.priority = priority
    self.storedAt = storedAt
    self.bytes = bytes
  }
}

/// One attempt to deliver an item, to be made now and to be ended by ``Outbox/finished(_:outcome:at:using:)``.
public struct Delivery: Sendable, Hashable {
  public var id: OutboxID
  public var uplink: UplinkID
  /// 1 for the first. Attempts that cannot have reached the parent are not counted.
  public var attempt: Int
  /// Unix seconds to put on the message and to sign it with; later than at any attempt before.
  public var signAt: Int

  public init(id: OutboxID, uplink: UplinkID, attempt: Int, signAt: Int) {
    self.id = id
    self.uplink = uplink
    self.attempt = attempt
    self.signAt = signAt
  }
}

/// How a delivery ended.
public enum DeliveryOutcome: Sendable, Hashable {
  case accepted
  /// The parent has no use for it. Final.
  case ignored(reason: String)
  case failed(TransportError)
}

/// What the node must do about a delivery that ended.
public enum OutboxAction: Sendable, Hashable {
  /// The parent gave its final answer: record it as `JournalChange.delivered`. The item has left the outbox.
  case settle(OutboxID, outcome: String)
  /// The item has left the outbox; `detail` is for a person.
  case deadLetter(OutboxID, reason: DeadLetterReason, detail: String)
  /// The parent does not take a result of this size. Store a small failure result in its place, which says the size
  /// and the limit (bytes; nil when unknown), then ``Outbox/add(_:)`` it under the same id.
  case replaceWithTooLargeFailure(TaskKey, size: Int, limit: Int?)
  /// Climb the ``CredentialLadder``, then ``Outbox/uplinkRestored(_:at:)``.
  case refreshToken(UplinkID)
  /// Register, then ``Outbox/uplinkRestored(_:at:)``.
  case registerAgain(UplinkID)
  /// The link to this parent was refused, reset or timed out: the parent may have forgotten this node.
  case uplinkInterrupted(UplinkID)
  case report(OutboxIncident)
}

/// Why the outbox gave something up. The raw value is the reason in the dead-letter table and in metrics.
public enum DeadLetterReason: String, Sendable, Hashable, CaseIterable {
  /// Refused with 403 while the parent took other messages.
  case forbidden
  /// Called a replay again and again, longer than a parent's replay memory lasts.
  case duplicate
  /// Larger than the parent takes, and nothing smaller can stand for it.
  case tooLarge = "too_large"
  /// Not understood by the parent (400, 409).
  case rejected
  /// It cannot be encoded or signed.
  case unsendable
}

/// Noteworthy things about deliveries, with a bounded vocabulary for metrics.
public enum OutboxIncident: Sendable, Hashable {
  case delivered(OutboxID, attempts: Int)
  case ignored(OutboxID, reason: String)
  case deliveryFailed(OutboxID, TransportError.Kind, attempt: Int)
  case calledDuplicate(OutboxID, times: Int)
  case forbidden(OutboxID, times: Int)
  case rateLimited(UplinkID, OutboxKind)
  case tooLarge(OutboxID, bytes: Int)
  case deadLettered(OutboxID, DeadLetterReason)
}

/// Parents limit results and events apart.
public enum OutboxKind: String, Sendable, Hashable, CaseIterable {
  case result, event
}

extension OutboxID {
  public var kind: OutboxKind {
    switch self {
    case .result: .result
    case .event: .event
    }
  }
}
