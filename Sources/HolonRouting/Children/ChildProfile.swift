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

  public init(
    id: String, registration: WorkerRegistration, isHolon: Bool, status: String?, usage: ResourcesUsage?,
    running: [TaskKey], parkedPolls: Int, isCommandChannelOpen: Bool, lastSeen: Duration
  ) {
    self.id = id
    self.registration = registration
    self.isHolon = isHolon
    self.status = status
    self.usage = usage
    self.running = running
    self.parkedPolls = parkedPolls
    self.isCommandChannelOpen = isCommandChannelOpen
    self.lastSeen = lastSeen
  }
}
