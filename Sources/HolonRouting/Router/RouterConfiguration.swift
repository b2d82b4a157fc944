/// What a ``Router`` must know before it starts. Durations and counts have defaults that suit a node with real peers.
public struct RouterConfiguration: Sendable, Hashable {
  /// What becomes of a task that no child is able to do.
  public enum UnablePolicy: String, Sendable, Hashable, CaseIterable {
    /// It waits for such a child, until its deadline if it has one.
    case wait
    /// It goes back at once, as a failure with TRANSIENT_ERROR.
    case giveBack = "return"
  }

  /// This node's id, as chains name it.
  public var nodeID: String
  /// The parents in order of preference. Empty: this node is a root, and what would go up is reported and dropped.
  public var uplinks: [UplinkID]
  /// The first route that matches a skill says how a child is chosen; without one it is ``RoutingStrategy/standard``.
  public var routes: [Route]
  public var whenUnable: UnablePolicy
  /// How many tasks may be asked for beyond those that parked polls wait for.
  public var prefetch: Int
  /// The same for single parents; where children stand for themselves, for each of them.
  public var prefetchOfUplink: [UplinkID: Int] = [:]
  /// At these parents each child stands for itself, under a name of its own.
  public var childNaming: [UplinkID: ChildNaming] = [:]

  /// How many levels a child may have below it; also the longest bubbling chain of an event.
  public var maximumDepth: Int
  /// A child that makes no call for this long is lost.
  public var childTimeout: Duration
  /// A child whose connections are gone is lost after this long, unless it calls again.
  public var childGrace: Duration
  /// How often a task is handed out before it fails.
  public var maximumAttempts: Int
  /// A task that this many heartbeats in a row do not claim has not reached its holder, and is offered again.
  public var unclaimedHeartbeats: Int
  /// Heartbeats this soon after a hand-out say nothing about the task: they may have been written before.
  public var claimDelay: Duration
  /// A worker stops naming a task before it delivers the result, and tries that with pauses of up to 8 s: for this long
  /// after the first heartbeat without it, the result is taken to be on its way. Not for Holons, which name a task until
  /// its result is delivered.
  public var resultGrace: Duration
  /// After a restart a holder is expected back for this long: the reference worker pauses up to 60 s between two calls
  /// while it reaches nobody.
  public var returnTimeout: Duration
  /// A holder that has not answered a cancellation by then is no longer waited for.
  public var cancellationTimeout: Duration
  /// After the journal refused a change, the same is tried again after this long; until then no work is asked for.
  public var journalRetry: Duration

  public var maximumChildren: Int
  /// One more poll of a child ends its oldest one.
  public var maximumParkedPollsPerChild: Int
  /// The longest that a poll is parked, whatever it asks.
  public var maximumPollWait: Duration
  /// While draining, polls are held this long, so that children do not ask without pause.
  public var drainingPollWait: Duration
  /// One more waiting task is given back as a failure with RESOURCE_EXHAUSTED_ERROR.
  public var maximumQueuedTasks: Int
  /// How many keys of finished tasks, and of seen events, are remembered.
  public var deduplicationKeys: Int

  public init(
    nodeID: String, uplinks: [UplinkID] = [], routes: [Route] = [], whenUnable: UnablePolicy = .wait,
    prefetch: Int = 0, maximumDepth: Int = 16, childTimeout: Duration = .seconds(45),
    childGrace: Duration = .seconds(10), maximumAttempts: Int = 3, unclaimedHeartbeats: Int = 2,
    claimDelay: Duration = .seconds(5), resultGrace: Duration = .seconds(20), returnTimeout: Duration = .seconds(75),
    cancellationTimeout: Duration = .seconds(30), journalRetry: Duration = .seconds(5),
    maximumChildren: Int = 10_000, maximumParkedPollsPerChild: Int = 1024,
    maximumPollWait: Duration = .seconds(60), drainingPollWait: Duration = .seconds(1),
    maximumQueuedTasks: Int = 100_000, deduplicationKeys: Int = 65_536
  ) {
    self.nodeID = nodeID
    self.uplinks = uplinks
    self.routes = routes
    self.whenUnable = whenUnable
    self.prefetch = prefetch
    self.maximumDepth = maximumDepth
    self.childTimeout = childTimeout
    self.childGrace = childGrace
    self.maximumAttempts = maximumAttempts
    self.unclaimedHeartbeats = unclaimedHeartbeats
    self.claimDelay = claimDelay
    self.resultGrace = resultGrace
    self.returnTimeout = returnTimeout
    self.cancellationTimeout = cancellationTimeout
    self.journalRetry = journalRetry
    self.maximumChildren = maximumChildren
    self.maximumParkedPollsPerChild = maximumParkedPollsPerChild
    self.maximumPollWait = maximumPollWait
    self.drainingPollWait = drainingPollWait
    self.maximumQueuedTasks = maximumQueuedTasks
    self.deduplicationKeys = deduplicationKeys
  }

  /// Where what a child says of itself goes up to this parent; nil where the parent cannot know the child.
  func uplink(_ uplink: UplinkID, for child: String) -> UplinkID? {
    guard let naming = childNaming[uplink] else { return uplink }
    return naming.name(of: child) == nil ? nil : UplinkID(uplink.name, child: child)
  }
}
