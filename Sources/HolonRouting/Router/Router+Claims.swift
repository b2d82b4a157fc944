import RXON

// What children say that they have is compared with what they were given.
extension Router {
  /// Compares the tasks that a heartbeat names with those that the child was given.
  mutating func compareClaims(_ claimed: [String], in heartbeat: Heartbeat, of child: Int) {
    let names = Set(claimed)
    let report = leaseReport(in: heartbeat, of: child)
    // Written before the child started anew: it says nothing of what is so now.
    if let report, report.run != children[child]?.leaseRun { return }
    let running = (children[child]?.running ?? []).sorted { (tasks[$0]?.age ?? 0) < (tasks[$1]?.age ?? 0) }
    for slot in running {
      guard let task = tasks[slot] else { continue }
      if names.contains(task.key.taskID) {
        noteClaim(of: slot)
      } else if let lease = task.lease, let report, !report.knows(lease) {
        // The poll had not ended, or not begun.
        continue
      } else if let lease = task.lease, let report, !task.isReceived {
        giveBack(slot, under: lease, by: report)
      } else {
        noteSilence(about: slot, from: child)
      }
    }
    for taskID in claimed { reclaim(taskID, by: child) }
  }

  private mutating func noteClaim(of slot: Int) {
    guard var assignment = tasks[slot]?.assignment else { return }
    assignment.unclaimed = nil
    tasks[slot]?.state = .assigned(assignment)
  }

  /// The child does not name a task of which it has confirmed the receipt, or knows no leases.
  private mutating func noteSilence(about slot: Int, from child: Int) {
    guard var assignment = tasks[slot]?.assignment else { return }
    let grace = children[child]?.isHolon == true ? Duration.zero : configuration.resultGrace
    if now.uptime - assignment.since >= configuration.claimDelay {
      assignment.unclaimed = ((assignment.unclaimed?.count ?? 0) + 1, assignment.unclaimed?.since ?? now.uptime)
    }
    tasks[slot]?.state = .assigned(assignment)
    if let unclaimed = assignment.unclaimed, unclaimed.count >= configuration.unclaimedHeartbeats,
      now.uptime - unclaimed.since >= grace
    {
      release(slot, from: assignment.childID, reason: "unclaimed")
    }
  }

  /// A child that was believed lost still has the task: it keeps it, if no other got it meanwhile.
  private mutating func reclaim(_ taskID: String, by child: Int) {
    guard let childID = children[child]?.id else { return }
    for slot in tasks.slots(ofTaskID: taskID) where tasks[slot]?.formerHolder == childID {
      returnToFormerHolder(slot, child)
    }
  }

  /// Gives a waiting task back to the child that had it; an attempt that goes on.
  mutating func returnToFormerHolder(_ slot: Int, _ child: Int) {
    guard let task = tasks[slot], task.isQueued, let childID = task.formerHolder else { return }
    queue.remove(slot, task.requirement)
    assign(slot, to: child, childID, call: nil)
    reindex(child)
    emit(.record([.taskAssigned(task.key, child: childID, attempts: task.attempts)]))
  }
}
