import RXON

// Results come up from children.
extension Router {
  mutating func receive(_ call: CallID, _ result: TaskResult, from child: String) {
    let key = TaskKey(jobID: result.jobID, taskID: result.taskID)
    let isKnown = children.slot(of: child).map { noteCall(of: $0) } != nil
    guard let slot = tasks.slot(of: key) else {
      return answerUnheld(call, key, from: child, isKnown: isKnown)
    }
    if let ending = tasks[slot]?.ending {
      return answerLate(call, key, ending, from: child)
    }
    guard isHolder(child, of: slot) else {
      guard isKnown else { return refuseUnknown(call, child: child) }
      return ignore(call, key, from: child, .workerMismatch)
    }
    observe(result, of: slot)
    if tasks[slot]?.cancellation != nil, result.status != TaskStatus.cancelled {
      cancel(slot, insteadOf: result, call, from: child)
    } else {
      accept(result, of: slot, call, from: child)
    }
  }

  /// The child has the task, or had it when it was believed lost and none has it since. After a restart a holder may
  /// answer before it registers again.
  private func isHolder(_ child: String, of slot: Int) -> Bool {
    guard let task = tasks[slot] else { return false }
    return task.assignment?.childID == child || (task.isQueued && task.formerHolder == child)
  }

  private mutating func accept(_ result: TaskResult, of slot: Int, _ call: CallID, from child: String) {
    guard let key = tasks[slot]?.key, let isSigned = tasks[slot]?.isSigned else { return }
    let relayed = RelayedResult.relaying(result, from: child, taskIsSigned: isSigned)
    end(slot, .answered(by: child))
    store(relayed, of: slot, answer: .answerResult(call, .accepted))
    emit(.report(.resultTaken(key, child: child, status: result.status)))
  }

  /// The task was cancelled while it ran, and the child finished it all the same: the parent is told `cancelled`.
  private mutating func cancel(_ slot: Int, insteadOf result: TaskResult, _ call: CallID, from child: String) {
    guard let key = tasks[slot]?.key else { return }
    let reason = IgnoredReason.jobCancelled.rawValue
    end(slot, .cancelled)
    store(
      RelayedResult.cancelled(key, node: configuration.nodeID), of: slot,
      answer: .answerResult(call, .ignored(reason: reason)))
    emit(.report(.taskCancelled(key)))
    emit(.report(.resultIgnored(key, child: child, reason: reason)))
  }

  // MARK: Results of tasks that are over

  private mutating func answerUnheld(_ call: CallID, _ key: TaskKey, from child: String, isKnown: Bool) {
    if let ending = finished[key] {
      answerLate(call, key, ending, from: child)
    } else if isKnown {
      ignore(call, key, from: child, .jobNotFound)
    } else {
      refuseUnknown(call, child: child)
    }
  }

  /// A second result: the answer says only what stands on the disk, so it waits behind the first one's commit.
  private mutating func answerLate(_ call: CallID, _ key: TaskKey, _ ending: TaskEnding, from child: String) {
    let reply = ending.reply(to: child)
    emit(.persist([]))
    emit(.answerResult(call, reply))
    switch reply {
    case .accepted: emit(.report(.resultDuplicate(key)))
    case .ignored(let reason): emit(.report(.resultIgnored(key, child: child, reason: reason)))
    }
  }

  private mutating func ignore(_ call: CallID, _ key: TaskKey, from child: String, _ reason: IgnoredReason) {
    emit(.answerResult(call, .ignored(reason: reason.rawValue)))
    emit(.report(.resultIgnored(key, child: child, reason: reason.rawValue)))
  }

  // MARK: Records

  /// Notes how long the child took and whether it succeeded, for the strategy that asks.
  private mutating func observe(_ result: TaskResult, of slot: Int) {
    guard let task = tasks[slot], let assignment = task.assignment, assignment.call != nil,
      let child = assignment.child, result.status != TaskStatus.cancelled
    else { return }
    let skill = task.requirement.name
    let seconds = (now.uptime - assignment.since) / .seconds(1)
    let succeeded = result.status != TaskStatus.failure
    if children[child]?.records[skill]?.observe(seconds: seconds, succeeded: succeeded) == nil {
      children[child]?.records[skill] = ServiceRecord(seconds: seconds, succeeded: succeeded)
    }
  }
}
