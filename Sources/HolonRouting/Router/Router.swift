import RXON

/// Decides what becomes of tasks, results, events and commands between a node's parents and its children.
///
/// A pure state machine: it knows no clock, does no I/O, and answers each event with the actions to perform, in order.
/// The caller serialises the events, performs the actions, and calls again with ``RoutingEvent/timePassed`` at
/// ``nextWakeUp``. After each event no waiting task is left that a parked poll could take.
public struct Router: Sendable {
  public internal(set) var configuration: RouterConfiguration

  var children = ChildTable()
  var polls = ParkedPolls()
  var skills: SkillDirectory
  var tasks = TaskTable()
  var queue = TaskQueue()
  var finished: RecentKeys<TaskKey, TaskEnding>
  var seenEvents: RecentKeys<String, Void>

  /// When a child may be lost, by its slot.
  var childTimes = IndexedHeap<Int, Duration>()
  /// When something must be done about a task, by its slot.
  var taskTimes = IndexedHeap<Int, Duration>()
  /// Slots of tasks whose holder is not registered, by the holder's id. After a restart they are still its own; those
  /// of a lost child wait in the queue.
  var awaited: [String: Set<Int>] = [:]

  public internal(set) var isDraining = false
  /// Until then the journal is taken to be unable.
  var journalDownUntil: Duration?
  /// After a restart: until then children are still coming back.
  var settlingInUntil: Duration?
  var answeredCount = 0
  var serveCount: UInt64 = 0
  /// Parked polls of children that may be given work.
  var freePolls = 0
  var now = Moment(uptime: .zero, unixSeconds: 0)
  /// What the event at hand has led to so far.
  private var actions: [RoutingAction] = []
  private var offerMayHaveChanged = false

  public init(configuration: RouterConfiguration) {
    self.configuration = configuration
    skills = SkillDirectory(routes: configuration.routes)
    finished = RecentKeys(capacity: configuration.deduplicationKeys)
    seenEvents = RecentKeys(capacity: configuration.deduplicationKeys)
  }

  /// Takes in what happened and returns what to do, in order. What time has brought about comes first.
  public mutating func handle(_ event: RoutingEvent, at moment: Moment) -> [RoutingAction] {
    now = moment
    actions.reserveCapacity(8)
    passTime()
    dispatch(event)
    defer {
      actions = []
      offerMayHaveChanged = false
    }
    // In front, since it need not wait for the journal.
    return offerMayHaveChanged ? [.offerChanged] + actions : actions
  }

  mutating func emit(_ action: RoutingAction) {
    actions.append(action)
  }

  mutating func noteOfferChange() {
    offerMayHaveChanged = true
  }

  private mutating func dispatch(_ event: RoutingEvent) {
    switch event {
    case .childRegistered(let call, let registration, let isHolon): register(call, registration, isHolon: isHolon)
    case .childHeartbeat(let call, let child, let heartbeat): receive(call, heartbeat, from: child)
    case .childCommandChannelOpened(let child): openChannel(of: child)
    case .childCommandChannelClosed(let child): closeChannel(of: child)
    case .pollArrived(let call, let poll): receive(call, poll)
    case .callAbandoned(let call): abandon(call)
    case .handOutFailed(let call, let key): takeBack(key, handedTo: call)
    case .contentLost(let call, let key): giveUp(key, handedTo: call)
    case .receiptsConfirmed(let child, let keys): confirm(keys, by: child)
    case .childRevoked(let child): shutOut(child)
    case .taskArrived(let task, let uplink): take(task, from: uplink)
    case .taskRefused(let task, let uplink, let code, let reason):
      take(task, from: uplink, refusedFor: (.failed, code, reason))
    case .commandArrived(let command, let uplink): pass(command, from: uplink)
    case .cancellationsArrived(let taskIDs, let uplink):
      for taskID in taskIDs { pass(WorkerCommand(command: CommandName.cancelTask, taskID: taskID), from: uplink) }
    case .resultArrived(let call, let child, let result): receive(call, result, from: child)
    case .eventArrived(let call, let child, let event): receive(call, event, from: child)
    case .resultSettled(let key): settle(key)
    case .taskDropped(let key): drop(key)
    case .persistFailed(let changes, let unperformed): undo(changes, unperformed)
    case .timePassed: break
    case .drainStarted: startDraining()
    }
  }
}
