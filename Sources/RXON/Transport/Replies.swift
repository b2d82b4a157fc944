/// The answer to a registration (protocol §1).
public struct RegistrationReply: Sendable, Hashable {
  public var status: String
  public var version: String?
  public var warning: String?
  /// Present when the parent issued an access token along with the registration.
  public var token: TokenResponse?

  public init(
    status: String = "registered", version: String? = nil, warning: String? = nil, token: TokenResponse? = nil
  ) {
    self.status = status
    self.version = version
    self.warning = warning
    self.token = token
  }
}

/// The answer to a result. Both cases are final: the sender must not send the result again.
public enum ResultReply: Sendable, Hashable {
  case accepted
  /// The parent has no use for the result; the reason is one of ``IgnoredReason`` or the parent's own word.
  case ignored(reason: String)
}

/// The answer to a heartbeat (protocol §1).
public struct HeartbeatReply: Sendable, Hashable {
  public var requireFullSync: Bool
  public var cancelTaskIDs: [String]
  public var nextHeartbeatJitter: Duration?
  /// Commands for a child that has no command channel open. Holon to Holon only; plain peers drop it.
  public var commands: [WorkerCommand]

  public init(
    requireFullSync: Bool = false, cancelTaskIDs: [String] = [], nextHeartbeatJitter: Duration? = nil,
    commands: [WorkerCommand] = []
  ) {
    self.requireFullSync = requireFullSync
    self.cancelTaskIDs = cancelTaskIDs
    self.nextHeartbeatJitter = nextHeartbeatJitter
    self.commands = commands
  }
}
