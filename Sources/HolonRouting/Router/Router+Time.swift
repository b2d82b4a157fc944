import RXON

// What time brings about: polls end, children are lost, deadlines pass.
extension Router {
  /// The node's uptime at which ``RoutingEvent/timePassed`` is due; nil while nothing waits for a time.
  public var nextWakeUp: Duration? {
    let next = [
      polls.nextExpiry, childTimes.first?.rank, taskTimes.first?.rank, settlingInUntil, journalDownUntil,
    ]
    return next.compactMap(\.self).min()
  }

  mutating func passTime() {
    expirePolls()
    endPeriods()
    while let due = childTimes.first, due.rank <= now.uptime {
      lose(due.key, reason: children[due.key]?.goneSince == nil ? "silent" : "disconnected")
    }
    while let due = taskTimes.first, due.rank <= now.uptime {
      taskTimes.remove(due.key)
      act(onTask: due.key)
    }
  }

  private mutating func endPeriods() {
    if let until = settlingInUntil, until <= now.uptime {
      settlingInUntil = nil
      giveBackUnable()
    }
    if let until = journalDownUntil, until <= now.uptime {
      journalDownUntil = nil
      noteOfferChange()
    }
  }

  // MARK: Children

  mutating func reschedule(child slot: Int) {
    guard let child = children[slot] else { return }
    var due = child.lastSeen + configuration.childTimeout
    if let goneSince = child.goneSince, child.parkedPolls == 0 {
      due = min(due, goneSince + configuration.childGrace)
    }
    childTimes.set(slot, rank: due)
  }

  // MARK: Tasks

  mutating func reschedule(task slot: Int) {
    guard let due = dueTime(ofTask: slot) else { return _ = taskTimes.remove(slot) }
    taskTimes.set(slot, rank: due)
  }

  private func dueTime(ofTask slot: Int) -> Duration? {
    guard let task = tasks[slot] else { return nil }
    var due = task.retryAt
    func consider(_ time: Duration) { due = min(due ?? time, time) }
    if task.isQueued, let deadline = task.deadline { consider(uptime(atUnixSeconds: deadline)) }
    if let cancellation = task.cancellation {
      consider(cancellation.requestedAt + configuration.cancellationTimeout)
    }
    if let assignment = task.assignment, assignment.child == nil {
      consider(assignment.since + configuration.returnTimeout)
    }
    if task.isQueued, let since = task.ownerMissingSince { consider(since + configuration.returnTimeout) }
    return due
  }

  private mutating func act(onTask slot: Int) {
    guard let task = tasks[slot] else { return }
    if task.isQueued, task.isPastDeadline(at: now) {
      return expire(slot)
    }
    if let retryAt = task.retryAt, retryAt <= now.uptime { retry(slot) }
    if let cancellation = task.cancellation,
      cancellation.requestedAt + configuration.cancellationTimeout <= now.uptime
    {
      return cancelHere(slot)
    }
    if let assignment = task.assignment, assignment.child == nil,
      assignment.since + configuration.returnTimeout <= now.uptime
    {
      return release(slot, from: assignment.childID, reason: "not_returned")
    }
    if task.isQueued, let since = task.ownerMissingSince, since + configuration.returnTimeout <= now.uptime {
      return giveUpOwner(slot)
    }
    reschedule(task: slot)
  }

  /// The wall clock is corrected now and then, so what is due is checked again at that time. A year ahead is far enough.
  private func uptime(atUnixSeconds seconds: Int) -> Duration {
    let (ahead, overflow) = seconds.subtractingReportingOverflow(now.unixSeconds)
    let limit = 365 * 86_400
    return now.uptime + .seconds(overflow ? (seconds > 0 ? limit : 0) : max(0, min(limit, ahead)))
  }
}
