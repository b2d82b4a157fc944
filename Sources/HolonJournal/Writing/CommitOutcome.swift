import HolonRouting

/// What became of one submission.
enum CommitOutcome {
  case committed
  /// The limits do not let it in; nothing was written.
  case refused(JournalFailure)
  /// It could not be written.
  case failed(JournalFailure)

  var failure: JournalFailure? {
    switch self {
    case .committed: nil
    case .refused(let failure), .failed(let failure): failure
    }
  }
}

extension Recorder {
  /// Commits what the limits let in, in one transaction.
  /// - Returns: the outcomes in order, or nil when a submission could not be written and so nothing was.
  mutating func commitTogether(_ batch: ArraySlice<Submission>, now: Int) -> [CommitOutcome]? {
    guard batch.contains(where: { !$0.changes.isEmpty }) else {
      return batch.map { $0.refusal.map(CommitOutcome.refused) ?? .committed }
    }
    do throws(JournalFailure) {
      try begin(now: now)
      var outcomes: [CommitOutcome] = []
      outcomes.reserveCapacity(batch.count)
      for submission in batch { outcomes.append(try add(submission)) }
      try commit()
      return outcomes
    } catch {
      rollBack()
      return nil
    }
  }

  /// Commits each submission in a transaction of its own, so that one that cannot be written fails alone. A disk without
  /// room is asked once.
  mutating func commitEachAlone(_ batch: ArraySlice<Submission>, now: Int) -> [CommitOutcome] {
    var noRoom: JournalFailure?
    return batch.map { submission in
      if let noRoom, !submission.changes.isEmpty { return .failed(noRoom) }
      do throws(JournalFailure) {
        try begin(now: now)
        let outcome = try add(submission)
        try commit()
        return outcome
      } catch {
        rollBack()
        if case .full = error { noRoom = error }
        return .failed(error)
      }
    }
  }

  private mutating func add(_ submission: Submission) throws(JournalFailure) -> CommitOutcome {
    if let refusal = submission.refusal { return .refused(refusal) }
    let plan: RoomPlan?
    do throws(JournalFailure) {
      plan = try self.plan(submission.changes)
    } catch {
      return .refused(error)
    }
    try apply(submission.changes, plan)
    return .committed
  }
}
