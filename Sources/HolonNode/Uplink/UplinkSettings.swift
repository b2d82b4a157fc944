import HolonConfig
import HolonRouting

/// What a session must know of its uplink's configuration.
struct UplinkSettings: Sendable, Hashable {
  var url: String
  var maxPolls: Int
  var pollWait: Duration
  var heartbeat: Duration
  /// Deliveries at once.
  static let deliveryWindow = 16
  /// Tasks whose newest progress may wait.
  var waitingProgress = 1024

  init(_ uplink: UplinkConfiguration) {
    url = "\(uplink.url)"
    maxPolls = uplink.maxPolls
    pollWait = uplink.pollWait
    heartbeat = uplink.heartbeat
  }
}
