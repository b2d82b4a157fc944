import RXON

// What the journal brings back after a restart, and what it refuses.
extension Router {
  /// Takes up where an earlier run ended. To be called once, before the first event.
  ///
  /// A task that was handed out stays its holder's, which is expected back within the child timeout: its registration
  /// gives it the task again, its heartbeats have to claim it.
  public mutating func restore(_ snapshot: JournalSnapshot, at moment: Moment) {
    now = moment
    settlingInUntil = moment.uptime + configuration.childTimeout
    for key in snapshot.finished { finished.insert(key, .unknown) }
    for eventID in snapshot.seenEvents { seenEvents.insert(eventID, ()) }
    for event in snapshot.events { seenEvents.insert(event.eventID, ()) }
    for result in snapshot.results { restore(result) }
    for task in snapshot.tasks where tasks.slot(of: task.key) == nil { restore(task) }
  }

  private mutating func restore(_ result: ResultRecord) {
    guard tasks.slot(of: result.key) == nil else { return }
    let record = TaskRecord(
      key: result.key, uplink: result.uplink, skill: "", priority: 0, deadline: nil, assignedTo: nil, attempts: 0,
      takenAt: result.storedAt, content: [])
    let ending: TaskEnding = .unknown
    _ = tasks.insert(
      HeldTask(record, requirement: SkillRequirement(name: ""), age: tasks.makeAge(), state: .answered(ending)))
    answeredCount += 1
  }

  private mutating func restore(_ record: TaskRecord) {
    let slot = tasks.insert(
      HeldTask(record, requirement: SkillRequirement(name: record.skill), age: tasks.makeAge(), state: .queued))
    if let holder = record.assignedTo {
      expectBack(slot, with: holder)
    } else if let requirement = tasks[slot]?.requirement, let rank = tasks[slot]?.queueRank {
      queue.insert(slot, requirement, rank: rank)
    }
    reschedule(task: slot)
  }

  private mutating func expectBack(_ slot: Int, with holder: String) {
    tasks[slot]?.state = .assigned(Assignment(childID: holder, child: nil, call: nil, since: now.uptime))
    awaited[holder, default: []].insert(slot)
  }

  /// After a restart children need a while to come back: until then no task is given back for want of an able one.
  var isSettlingIn: Bool {
    settlingInUntil.map { now.uptime < $0 } ?? false
  }

  // MARK: Refusals

  /// The journal refused changes: what was decided on top of them is taken back, and tried again later.
  mutating func undo(_ changes: [JournalChange], _ unperformed: [RoutingAction]) {
    let retryAfter = configuration.journalRetry
    journalDownUntil = now.uptime + retryAfter
    var results: [TaskKey: TaskResult] = [:]
    var undone = changes
    for action in unperformed {
      switch action {
      case .persist(let later), .record(let later): undone += later
      case .forwardResult(let key, let result, _): results[key] = result
      default: break
      }
      guard let call = action.answeredCall else { continue }
      let failure = CallFailure(status: 503, "the journal cannot store this now", retryAfter: retryAfter)
      emit(.refuse(call, failure))
    }
    for change in undone { undo(change, results) }
  }

  private mutating func undo(_ change: JournalChange, _ results: [TaskKey: TaskResult]) {
    switch change {
    case .taskTaken(let record): undoTaking(record)
    case .taskAssigned(let key, let child, let attempts): undoAssignment(key, child: child, attempts: attempts)
    case .resultStored(let record): undoResult(record.key, results[record.key])
    case .eventStored(let record): seenEvents.remove(record.eventID)
    // The task is offered again all the same; after a restart its old holder would be asked first.
    case .taskReleased: break
    // Not the router's.
    case .taskForgotten, .delivered, .outboxDeadLettered, .deadLettered: break
    }
  }

  /// The parent has forgotten the task, so it is kept in memory until the journal takes it.
  private mutating func undoTaking(_ record: TaskRecord) {
    guard let slot = tasks.slot(of: record.key), tasks[slot]?.ending == nil else { return }
    let retryAt = now.uptime + configuration.journalRetry
    tasks[slot]?.unstored = Unstored(change: .task(record), retryAt: retryAt)
    reschedule(task: slot)
    guard let child = record.assignedTo else { return }
    undoAssignment(record.key, child: child, attempts: record.attempts)
  }

  private mutating func undoAssignment(_ key: TaskKey, child: String, attempts: Int) {
    guard let slot = tasks.slot(of: key), let task = tasks[slot], let assignment = task.assignment,
      assignment.childID == child, task.attempts == attempts
    else { return }
    emit(.report(.taskReturned(key, child: child, reason: "not_stored")))
    detach(slot)
    tasks[slot]?.attempts -= 1
    tasks[slot]?.state = .queued
    // Not placed with another child at once: the journal would refuse that as well.
    queue.insert(slot, task.requirement, rank: task.queueRank)
    reschedule(task: slot)
  }

  private mutating func undoResult(_ key: TaskKey, _ result: TaskResult?) {
    guard let slot = tasks.slot(of: key), let ending = tasks[slot]?.ending else { return }
    if case .answered(let childID) = ending {
      return giveBackToHolder(slot, childID)
    }
    guard let result else { return }
    let retryAt = now.uptime + configuration.journalRetry
    tasks[slot]?.unstored = Unstored(change: .result(result), retryAt: retryAt)
    reschedule(task: slot)
  }

  /// The child was told to send its result again: until then it is the holder.
  private mutating func giveBackToHolder(_ slot: Int, _ childID: String) {
    answeredCount -= 1
    if let child = children.slot(of: childID) {
      assign(slot, to: child, childID, call: nil)
      reindex(child)
    } else {
      expectBack(slot, with: childID)
    }
    reschedule(task: slot)
  }

  /// What the journal refused is offered to it again.
  mutating func storeAgain(_ slot: Int) {
    guard let unstored = tasks[slot]?.unstored, let task = tasks[slot] else { return }
    tasks[slot]?.unstored = nil
    switch unstored.change {
    case .result(let result): store(result, of: slot)
    case .task(var record):
      record.assignedTo = task.assignment?.childID
      record.attempts = task.attempts
      emit(.persist([.taskTaken(record)]))
    }
  }

  /// The record of a task that the journal does not hold yet, to be stored with its next change.
  mutating func takeUnstoredTask(_ slot: Int) -> TaskRecord? {
    guard case .task(let record)? = tasks[slot]?.unstored?.change else { return nil }
    tasks[slot]?.unstored = nil
    return record
  }
}

extension RoutingAction {
  /// The call of a child that this action answers.
  public var answeredCall: CallID? {
    switch self {
    case .answerRegistration(let call, _), .answerHeartbeat(let call, _), .forwardToChild(let call, _, _),
      .answerNoTask(let call), .answerResult(let call, _), .acknowledgeEvent(let call), .refuse(let call, _):
      call
    default: nil
    }
  }
}
