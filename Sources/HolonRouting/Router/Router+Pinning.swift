import RXON

// Tasks that only one child may do: their parent knows the children as workers of their own, and chose that one.
extension Router {
  // MARK: Who may do it

  /// Whether a child that may do it offers the skill at all, ready or not.
  func isAble(_ requirement: SkillRequirement) -> Bool {
    guard let owner = requirement.child else { return skills.isAble(requirement) }
    guard let slot = children.slot(of: owner), let child = children[slot] else { return false }
    return child.offers.contains { requirement.isMet(by: $0) }
  }

  /// The group of parked polls that gets such a task first.
  func readyGroup(for requirement: SkillRequirement) -> Int? {
    guard let owner = requirement.child else { return skills.bestGroup(for: requirement) }
    guard let slot = children.slot(of: owner), mayServe(slot) else { return nil }
    return children[slot]?.groups.first { group in
      guard let group = polls.group(group), !group.polls.isEmpty else { return false }
      return group.skills.contains { requirement.isMet(by: $0.variant) }
    }
  }

  // MARK: A worker that is not here

  /// A task is not offered to others in place of its owner; it waits for it as long as holders are waited for.
  func ownerIsMissing(_ slot: Int) -> Bool {
    tasks[slot]?.requirement.child.map { children.slot(of: $0) == nil } ?? false
  }

  mutating func noteWhetherOwnerIsHere(_ slot: Int) {
    let isMissing = ownerIsMissing(slot)
    tasks[slot]?.ownerMissingSince = isMissing ? now.uptime : nil
  }

  mutating func missOwner(_ child: String) {
    for slot in queue.tasks(onlyFor: child) where tasks[slot]?.ownerMissingSince == nil {
      noteWhetherOwnerIsHere(slot)
      reschedule(task: slot)
    }
  }

  mutating func welcomeOwner(_ child: String) {
    for slot in queue.tasks(onlyFor: child) {
      noteWhetherOwnerIsHere(slot)
      reschedule(task: slot)
    }
  }

  /// The parent may choose another worker now.
  mutating func giveUpOwner(_ slot: Int) {
    guard let child = tasks[slot]?.requirement.child else { return }
    fail(slot, .failed, .transient, "the worker \(child) was lost and did not come back")
  }

  /// The child will not come back.
  mutating func giveUpTasks(onlyFor child: String) {
    for slot in queue.tasks(onlyFor: child).sorted(by: { (tasks[$0]?.age ?? 0) < (tasks[$1]?.age ?? 0) }) {
      giveUpOwner(slot)
    }
  }

  // MARK: A task that changes hands

  /// A task that is held came again. Whether its parent has given it to another of the workers here, so that it must be
  /// taken anew: the one that had it lost it in the parent's eyes, and the parent would not hear its answer.
  mutating func hasMoved(
    _ slot: Int, _ task: PolledTask, to uplink: UplinkID, refusedFor refusal: Objection?
  ) -> Bool {
    guard let held = tasks[slot], held.uplink != uplink, held.uplink.parent == uplink.parent else { return false }
    guard held.ending == nil else {
      // Two results of one task cannot be on their way at once.
      tasks.setSuccessor(Successor(task: Boxed(task), uplink: uplink, refusal: refusal), of: slot)
      return false
    }
    emit(.report(.taskReturned(held.key, child: held.holder ?? held.uplink.child ?? "", reason: "given_to_another")))
    detach(slot)
    taskTimes.remove(slot)
    tasks.remove(slot)
    return true
  }
}
