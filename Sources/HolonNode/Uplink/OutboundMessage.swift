import HolonRouting
import RXON

/// What goes up, decoded and unsigned.
enum OutboundMessage: Sendable {
  case result(TaskResult)
  case event(WorkerEventPayload)

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
