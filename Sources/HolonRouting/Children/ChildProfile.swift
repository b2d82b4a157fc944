public import RXON

/// A registered child as status pages and the aggregated offer see it; a copy.
public struct ChildProfile: Sendable, Hashable {
  public var id: String
  /// The registration, with what later heartbeats changed.
  public var registration: WorkerRegistration
  public var isHolon: Bool
  /// The status of the last heartbeat; nil since it registered.
  public var status: String?
  public var usage: ResourcesUsage?
  /// The tasks that it holds, oldest first.
  public var running: [TaskKey]
  public var parkedPolls: Int
  public var isCommandChannelOpen: Bool
  /// Uptime of the node at the child's last call.
  public var lastSeen: Duration
}
