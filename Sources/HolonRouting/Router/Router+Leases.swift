import RXON

// Between Holons a task stays with the upper one until the lower one has confirmed its receipt, whatever becomes of the
// poll's answer on its way.
extension Router {
  /// The lease of a poll; nil where the two sides keep none.
  func lease(of poll: TaskPoll, from slot: Int) -> Lease? {
    guard let name = poll.lease, children[slot]?.leaseRun != nil else { return nil }
    return Lease(name)
  }

  /// What the heartbeat says of leases; nil where it says nothing.
  func leaseReport(in heartbeat: Heartbeat, of slot: Int) -> LeaseReport? {
    children[slot]?.leaseRun == nil ? nil : LeaseReport(heartbeat)
  }

  /// The heartbeat does not name the task, of which the child has not confirmed the receipt: where its poll had ended, the
  /// answer was lost.
  mutating func giveBack(_ slot: Int, under lease: Lease, by report: LeaseReport) {
    guard let child = tasks[slot]?.assignment?.childID else { return }
    if lease.run != report.run {
      // It started anew before the task was stored. That counts, or a task could crash it without end.
      release(slot, from: child, reason: "lost_before_stored")
    } else {
      forgiveLostAnswer(slot)
      release(slot, from: child, reason: "answer_lost")
    }
  }

  /// A lost answer is nobody's failure. One that is lost again and again is not lost on the way: a child may hold the task
  /// for another parent, and not take it from this one.
  private mutating func forgiveLostAnswer(_ slot: Int) {
    guard let task = tasks[slot], task.lostAnswers < Self.forgivenAnswers else { return }
    tasks[slot]?.lostAnswers += 1
    tasks[slot]?.attempts -= 1
  }

  private static let forgivenAnswers = 3

  /// The child has these tasks on its disk.
  mutating func confirm(_ receipts: [TaskKey], by id: String) {
    guard let child = children.slot(of: id) else { return }
    noteCall(of: child)
    for key in receipts {
      guard let slot = tasks.slot(of: key) else { continue }
      if tasks[slot]?.assignment?.childID == id {
        tasks[slot]?.isReceived = true
      } else if tasks[slot]?.formerHolder == id, tasks[slot]?.isQueued == true {
        // Believed lost; it has the task all the same.
        tasks[slot]?.isReceived = true
        returnToFormerHolder(slot, child)
      }
    }
  }
}
