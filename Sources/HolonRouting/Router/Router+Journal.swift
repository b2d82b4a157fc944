import RXON

// What the journal brings back after a restart, and what it refuses.
extension Router {
  /// Takes up where an earlier run ended. To be called once, before the first event.
  ///
  /// A task that was handed out stays its holder's, which is expected back within the return timeout: its registration
  /// gives it the task again, its heartbeats have to claim it.
  public mutating func restore(_ snapshot: JournalSnapshot, at moment: Moment) {
    now = moment
    settlingInUntil = moment.uptime + configuration.returnTimeout
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
      HeldTask(record, age: tasks.makeAge(), state: .answered(ending)))
    answeredCount += 1
  }

  private mutating func restore(_ record: TaskRecord) {
    let slot = tasks.insert(HeldTask(record, age: tasks.makeAge(), state: .queued))
    if let holder = record.assignedTo {
      expectBack(slot, with: holder)
    } else {
      enqueue(slot)
    }
  }

  mutating func expectBack(_ slot: Int, with holder: String) {
    tasks[slot]?.state = .assigned(Assignment(childID: holder, child: nil, call: nil, since: now.uptime))
    awaited[holder, default: []].insert(slot)
    reschedule(task: slot)
  }

  /// After a restart children need a while to come back: until then no task is given back for want of an able one.
  var isSettlingIn: Bool { settlingInUntil != nil }

  // MARK: Refusals

  /// The journal refused changes: what was decided on top of them is taken back, and tried again later.
  mutating func undo(_ changes: [JournalChange], _ unperformed: [RoutingAction]) {
    if changes.contains(where: \.isNeededForWork) {
      journalDownUntil = now.uptime + configuration.journalRetry
      noteOfferChange()
    }
    var results: [TaskKey: TaskResult] = [:]
    for action in unperformed {
      switch action {
      case .forwardResult(let key, let result, _): results[key] = result
      // What is not stored is not confirmed.
      case .forwardEvent, .confirmReceipt: break
      case .forwardToChild(let call, _, _), .answerResult(let call, _), .acknowledgeEvent(let call):
        let failure = CallFailure(
          status: 503, "the journal cannot store this now", retryAfter: configuration.journalRetry)
        emit(.refuse(call, failure))
      case .report(let incident): if incident.holdsWithoutJournal { emit(action) }
      default: emit(action)
      }
    }
    for change in changes { undo(change, results) }
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
    case .taskForgotten, .delivered, .outboxDeadLettered, .deadLettered, .nodeSecretStored, .childTokenIssued,
      .childRevoked, .childRestored:
      break
    }
  }

  /// The parent has forgotten the task, so it is kept in memory until the journal takes it.
  private mutating func undoTaking(_ record: TaskRecord) {
    guard let slot = tasks.slot(of: record.key), tasks[slot]?.ending == nil, tasks[slot]?.uplink == record.uplink
    else { return }
    tasks[slot]?.unstored = .task(record)
    if let child = record.assignedTo { undoAssignment(record.key, child: child, attempts: record.attempts) }
    retryLater(slot)
  }

  private mutating func retryLater(_ slot: Int) {
    tasks[slot]?.retryAt = now.uptime + configuration.journalRetry
    reschedule(task: slot)
  }

  private mutating func undoAssignment(_ key: TaskKey, child: String, attempts: Int) {
    guard let slot = tasks.slot(of: key), let task = tasks[slot], let assignment = task.assignment,
      assignment.childID == child, task.attempts == attempts
    else { return }
    emit(.report(.taskReturned(key, child: child, reason: "not_stored")))
    if task.cancellation != nil {
      return cancelHere(slot)
    }
    detach(slot)
    tasks[slot]?.attempts -= 1
    tasks[slot]?.state = .queued
    // Not placed with another child at once: the journal would refuse that as well.
    enqueue(slot)
    retryLater(slot)
  }

  private mutating func undoResult(_ key: TaskKey, _ result: TaskResult?) {
    guard let slot = tasks.slot(of: key), let ending = tasks[slot]?.ending else { return }
    if case .answered(let childID) = ending {
      return giveBackToHolder(slot, childID)
    }
    guard let result else { return }
    tasks[slot]?.unstored = .result(result)
    retryLater(slot)
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
  }

  /// What the journal refused is offered to it again.
  mutating func retry(_ slot: Int) {
    guard let task = tasks[slot] else { return }
    tasks[slot]?.retryAt = nil
    if case .result(let result)? = task.unstored {
      tasks[slot]?.unstored = nil
      store(result, of: slot)
    } else if task.isQueued {
      queue.remove(slot, task.requirement)
      place(slot, storing: takeUnstoredTask(slot))
    } else if let assignment = task.assignment, var record = takeUnstoredTask(slot) {
      record.assignedTo = assignment.childID
      record.attempts = task.attempts
      emit(.persist([.taskTaken(record)]))
      emit(.confirmReceipt(record.key, to: record.uplink))
    }
  }

  /// The record of a task that the journal does not hold yet, to be stored with its next change.
  mutating func takeUnstoredTask(_ slot: Int) -> TaskRecord? {
    guard case .task(let record)? = tasks[slot]?.unstored else { return nil }
    tasks[slot]?.unstored = nil
    return record
  }
}

extension JournalChange {
  /// Events have room of their own.
  fileprivate var isNeededForWork: Bool {
    if case .eventStored = self { false } else { true }
  }
}

extension RoutingIncident {
  /// Whether the incident is one even if the changes that stood before it are refused.
  fileprivate var holdsWithoutJournal: Bool {
    switch self {
    case .taskForwarded, .resultTaken, .resultDuplicate, .resultIgnored, .eventTaken, .eventDuplicate: false
    default: true
    }
  }
}
