import RXON

/// The skills that the last poll of each worker on a link named, so that the next need not name them again.
///
/// Bounded, since a child says them: a worker for whom there is no room is told to name its skills each time, by the
/// refusal of a poll that does not.
struct DeclaredSkills {
  /// Of a link's workers.
  static let greatestWorkerCount = 10_000
  /// Of all these workers' lists together.
  static let greatestNameCount = 100_000

  private var polls: [String: LinkPoll] = [:]
  private var nameCount = 0

  /// The poll that names the skills of this one.
  /// - Throws: a refusal where none does, or where a name is not one of a skill.
  mutating func declared(by poll: LinkPoll, of workerID: String) throws(CallFailure) -> LinkPoll {
    if poll.hasSameSkills {
      guard let known = polls[workerID] else {
        throw CallFailure(status: 400, "no poll of this worker has named its skills on this link yet")
      }
      return known
    }
    let names = (poll.availableSkills ?? []) + (poll.hotSkills ?? [])
    guard names.allSatisfy(Identifier.isStrictlyValid) else {
      throw CallFailure(status: 400, "a name of a skill is not a valid identifier")
    }
    remember(poll, of: workerID)
    return poll
  }

  private mutating func remember(_ poll: LinkPoll, of workerID: String) {
    if let former = polls.removeValue(forKey: workerID) { nameCount -= former.nameCount }
    guard polls.count < Self.greatestWorkerCount, nameCount + poll.nameCount <= Self.greatestNameCount else { return }
    polls[workerID] = poll
    nameCount += poll.nameCount
  }
}

extension LinkPoll {
  fileprivate var nameCount: Int { (availableSkills?.count ?? 0) + (hotSkills?.count ?? 0) }
}
