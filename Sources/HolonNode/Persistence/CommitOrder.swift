import HolonRouting

/// Which commits stand on others that were refused while they themselves waited behind those.
///
/// The journal takes what it is given in order and judges each commit by itself: a barrier passes behind a refused commit,
/// and so does the assignment of a task whose own record was refused. What waits for such a commit must not be performed,
/// as what it speaks of is not on disk.
struct CommitOrder {
  /// Commits are numbered as they are submitted.
  private var lastSubmitted = 0

  private struct Refusal {
    /// Commits up to this one were submitted before it was known.
    var lastInDoubt: Int
    var untakenTasks: Set<TaskKey>
  }

  private var refusals: [Refusal] = []

  /// - Returns: the number of the commit that is submitted now.
  mutating func submit() -> Int {
    lastSubmitted += 1
    return lastSubmitted
  }

  // For each commit one of the following is to be called when the journal has dealt with it, in their order.

  /// Notes that the journal refused a commit.
  mutating func refused(_ number: Int, _ changes: [JournalChange]) {
    forgetRefusals(before: number)
    let untaken = changes.compactMap { if case .taskTaken(let record) = $0 { record.key } else { nil } }
    refusals.append(Refusal(lastInDoubt: lastSubmitted, untakenTasks: Set(untaken)))
  }

  /// - Returns: whether a commit that the journal took stands on one that was refused.
  mutating func standsOnRefused(_ number: Int, _ changes: [JournalChange]) -> Bool {
    forgetRefusals(before: number)
    return refusals.contains { refusal in
      changes.isEmpty
        || changes.contains {
          if case .taskAssigned(let key, _, _) = $0 { refusal.untakenTasks.contains(key) } else { false }
        }
    }
  }

  /// Nothing that is still to come was submitted before they were known.
  private mutating func forgetRefusals(before number: Int) {
    refusals.removeAll { $0.lastInDoubt < number }
  }
}
