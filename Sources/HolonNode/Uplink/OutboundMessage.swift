import HolonRouting
import RXON

/// What goes up, decoded and unsigned.
enum OutboundMessage: Sendable {
  case result(TaskResult)
  case event(WorkerEventPayload)

  var priority: Double {
    switch self {
    case .result: 0
    case .event(let event): event.priority
    }
  }

  /// The free-form parts, which make a message large.
  var approximateBytes: Int {
    switch self {
    case .result(let result):
      512 + (result.data?.count ?? 0) + (result.metadata?.count ?? 0) + (result.error?.details?.count ?? 0)
    case .event(let event):
      512 + event.payload.count + (event.metadata?.count ?? 0)
    }
  }

  /// Reads what the journal keeps of `id`.
  init(_ id: OutboxID, stored bytes: [UInt8]) throws {
    switch id {
    case .result: self = .result(try TaskResult(bytes: bytes, limits: .stored))
    case .event: self = .event(try WorkerEventPayload(bytes: bytes, limits: .stored))
    }
  }
}

extension JSONLimits {
  /// What was let in once is let out again.
  static let stored = JSONLimits(maximumDepth: JSONLimits.greatestDepth, maximumBytes: .max)
}
