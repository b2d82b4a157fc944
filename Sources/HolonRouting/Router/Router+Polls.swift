import RXON

// Children ask for work: a poll is answered, or parked until there is a task or its wait is over.
extension Router {
  mutating func receive(_ call: CallID, _ poll: TaskPoll) {
    guard let slot = children.slot(of: poll.workerID) else { return refuseUnknown(call, child: poll.workerID) }
    noteCall(of: slot)
    let ticket = PollTicket(call: call, lease: lease(of: poll, from: slot))
    let declared = DeclaredSkills(available: poll.availableSkills, hot: poll.hotSkills)
    let group = findGroup(declared, of: slot)
    if mayServe(slot), let task = nextTask(forGroup: group) {
      return handOut(task, to: slot, ticket)
    }
    let wait = min(poll.wait, isDraining ? configuration.drainingPollWait : configuration.maximumPollWait)
    guard wait > .zero else { return emit(.answerNoTask(call)) }
    makeRoom(for: slot)
    polls.park(ticket, inGroup: group, until: now.uptime + wait)
    children[slot]?.parkedPolls += 1
    if mayServe(slot) { freePolls += 1 }
    reindex(slot)
  }

  mutating func abandon(_ call: CallID) {
    guard let poll = polls.take(call), let slot = pollEnded(inGroup: poll.group),
      children[slot]?.parkedPolls == 0, children[slot].map({ children.hasChannel($0.id) }) == false
    else { return }
    children[slot]?.goneSince = now.uptime
    reschedule(child: slot)
  }

  mutating func expirePolls() {
    while let poll = polls.takeExpired(at: now.uptime) {
      pollEnded(inGroup: poll.group)
      emit(.answerNoTask(poll.ticket.call))
    }
  }

  mutating func startDraining() {
    guard !isDraining else { return }
    isDraining = true
    for slot in children.slots {
      for group in children[slot]?.groups ?? [] {
        while let call = polls.takeOldest(ofGroup: group) {
          pollEnded(inGroup: group)
          emit(.answerNoTask(call))
        }
      }
      reindex(slot)
    }
    freePolls = 0
    noteOfferChange()
  }

  /// Whether the child may be given work. A parked poll means that it is ready, whatever its status says otherwise.
  func mayServe(_ slot: Int) -> Bool {
    !isDraining && children[slot]?.isDraining == false
  }

  /// The child's part of ``freePolls``.
  func freePolls(of slot: Int) -> Int {
    mayServe(slot) ? children[slot]?.parkedPolls ?? 0 : 0
  }

  /// Hands the parked polls of a child what waits for them.
  mutating func serveParkedPolls(of slot: Int) {
    guard mayServe(slot) else { return }
    for group in children[slot]?.groups ?? [] {
      while polls.group(group)?.polls.isEmpty == false, let task = nextTask(forGroup: group),
        let ticket = takePoll(ofGroup: group)
      {
        handOut(task, to: slot, ticket)
      }
    }
  }

  /// Takes a parked poll to answer it with a task.
  mutating func takePoll(ofGroup group: Int) -> PollTicket? {
    guard let ticket = polls.takeNewest(ofGroup: group) else { return nil }
    pollEnded(inGroup: group)
    return ticket
  }

  /// The child makes one poll too many: its oldest ends, as the one likeliest to be forgotten at the other side.
  private mutating func makeRoom(for slot: Int) {
    guard let child = children[slot], child.parkedPolls >= configuration.maximumParkedPollsPerChild,
      let group = child.groups.first(where: { polls.group($0)?.polls.isEmpty == false }),
      let call = polls.takeOldest(ofGroup: group)
    else { return }
    pollEnded(inGroup: group)
    emit(.answerNoTask(call))
  }

  @discardableResult
  private mutating func pollEnded(inGroup group: Int) -> Int? {
    guard let slot = polls.group(group)?.child else { return nil }
    children[slot]?.parkedPolls -= 1
    if mayServe(slot) { freePolls -= 1 }
    reindex(slot)
    return slot
  }

  // MARK: Groups

  /// How many groups a child keeps for declarations that it makes no poll with.
  private static let idleGroups = 4

  private mutating func findGroup(_ declared: DeclaredSkills, of slot: Int) -> Int {
    let known = children[slot]?.groups ?? []
    if let group = known.first(where: { polls.group($0)?.declared == declared }) { return group }
    let idle = known.filter { polls.group($0)?.polls.isEmpty != false }
    if idle.count >= Self.idleGroups, let child = children[slot] {
      for group in idle { removeGroup(group, of: child) }
      children[slot]?.groups.removeAll { idle.contains($0) }
    }
    let group = polls.addGroup(PollGroup(child: slot, declared: declared, skills: []))
    children[slot]?.groups.append(group)
    rebuildSkills(ofGroup: group)
    return group
  }

  mutating func rebuildSkills(ofGroup slot: Int) {
    guard let group = polls.group(slot), let child = children[group.child] else { return }
    let hot = child.hotSkills(for: group.declared)
    let offered = child.variants(for: group.declared).map { variant in
      let entry = skills.retain(variant)
      return OfferedSkill(
        entry: entry, variant: variant, strategy: skills.strategy(of: entry), isHot: hot.contains(variant.name),
        cost: child.cost(of: variant.name), order: fixedOrder(of: child, for: variant.name))
    }
    for skill in group.skills {
      skills.setUnready(slot, for: skill)
      skills.release(skill.entry)
    }
    polls.setSkills(offered, ofGroup: slot)
    polls.setIndexed(false, group: slot)
  }

  /// Answers what is parked in the group, and drops it.
  mutating func removeGroup(_ slot: Int, of child: Child) {
    guard let group = polls.group(slot) else { return }
    for skill in group.skills {
      skills.setUnready(slot, for: skill)
      skills.release(skill.entry)
    }
    for call in polls.removeGroup(slot) {
      if !isDraining, !child.isDraining { freePolls -= 1 }
      emit(.answerNoTask(call))
    }
  }

  /// First the children that the route names, in its order, then all others in theirs.
  private func fixedOrder(of child: Child, for skill: String) -> UInt64 {
    let named = skills.route(of: skill)?.children ?? []
    return named.firstIndex(of: child.id).map(UInt64.init) ?? UInt64(named.count) &+ child.order
  }

  // MARK: Readiness

  /// Brings the child's place in the skill directory up to date with its load and its polls.
  mutating func reindex(_ slot: Int) {
    guard let child = children[slot] else { return }
    let serves = !isDraining && !child.isDraining
    for groupSlot in child.groups {
      guard let group = polls.group(groupSlot) else { continue }
      let isReady = serves && !group.polls.isEmpty
      guard isReady || group.isIndexed else { continue }
      polls.setIndexed(isReady, group: groupSlot)
      for skill in group.skills {
        if isReady {
          skills.setReady(groupSlot, rank: rank(of: child, skill), for: skill)
        } else {
          skills.setUnready(groupSlot, for: skill)
        }
      }
    }
  }

  private func rank(of child: Child, _ skill: OfferedSkill) -> ChildRank {
    let record = skill.strategy == .bestValue ? child.records[skill.variant.name] : nil
    return skill.strategy.rank(
      Candidate(
        isHot: skill.isHot, cost: skill.cost, running: child.running.count, parkedPolls: child.parkedPolls,
        lastServed: child.lastServed, order: skill.order, record: record))
  }
}
