import HolonRouting
import Logging
import RXON

/// Counting and logging what becomes of deliveries.
extension HolonNode {
  func report(_ incident: OutboxIncident, uplink: UplinkID) {
    switch incident {
    case .delivered:
      counters.add("deliveries", label: "accepted")
    case .ignored(let id, let reason):
      counters.add("deliveries", label: "ignored")
      logger.info(
        "The parent ignored a delivery", metadata: ["item": "\(id)", "reason": "\(reason)", "uplink": "\(uplink)"])
    case .deliveryFailed(let id, let kind, let attempt):
      counters.add("delivery_failures", label: kind.rawValue)
      logger.info(
        "A delivery failed",
        metadata: ["item": "\(id)", "kind": "\(kind)", "attempt": "\(attempt)", "uplink": "\(uplink)"])
    case .calledDuplicate(let id, let times):
      counters.add("delivery_failures", label: "duplicate")
      logger.info("The parent called a delivery a replay", metadata: ["item": "\(id)", "times": "\(times)"])
    case .forbidden(let id, let times):
      counters.add("delivery_failures", label: "forbidden")
      logger.error(
        "The parent forbids a delivery",
        metadata: ["item": "\(id)", "times": "\(times)", "uplink": "\(uplink)"])
    case .rateLimited(_, let kind):
      counters.add("rate_limited", label: kind.rawValue)
      logger.info("The parent limits deliveries", metadata: ["kind": "\(kind)", "uplink": "\(uplink)"])
    case .tooLarge(let id, let bytes):
      counters.add("results_too_large")
      logger.error("The parent takes no result of this size", metadata: ["item": "\(id)", "bytes": "\(bytes)"])
    case .deadLettered(let id, let reason):
      counters.add("dead_letters", label: reason.rawValue)
      logger.error("Gave a delivery up", metadata: ["item": "\(id)", "reason": "\(reason.rawValue)"])
    }
  }
}
