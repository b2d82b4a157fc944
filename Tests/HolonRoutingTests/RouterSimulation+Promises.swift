import RXON

@testable import HolonRouting

// What must hold at each step, and at the end.
extension RouterSimulation {
  /// What a list of actions decides, whether it waits for a commit or not.
  mutating func noteDecision(_ action: RoutingAction) {
    if let call = action.answeredCall {
      // A poll that its child gave up counts as answered.
      if openCalls.remove(call) == nil, pollEnds[call] != nil || !isPoll(action) {
        violations.append("call \(call.number) was answered twice")
      }
    }
    if case .report(let incident) = action {
      incidents[String(String(describing: incident).prefix { $0 != "(" }), default: 0] += 1
    }
    switch action {
    case .report(.taskReturned(let key, _, _)): holders[key] = nil
    case .report(.resultTaken(let key, let child, _)):
      if let holder = holders[key], holder != child {
        violations.append("\(key.taskID): held by \(holder), a result of \(child) was taken")
      }
    case .forwardToChild(let call, let key, let child):
      if let holder = holders[key] { violations.append("\(key.taskID): at \(holder) and at \(child)") }
      holders[key] = child
      if let owner = origins[key]?.child, owner != child {
        violations.append("\(key.taskID): meant for \(owner), handed to \(child)")
      }
      guard let payload = taken[key]?.payload else { return violations.append("\(key.taskID): not taken") }
      if let deadline = payload.deadline, deadline <= now.unixSeconds {
        violations.append("\(key.taskID): started past its deadline")
      }
      if let declared = pollSkills[call], !declared.contains(payload.type) {
        violations.append("\(key.taskID): \(payload.type) was not among \(declared)")
      }
    default: break
    }
  }

  private func isPoll(_ action: RoutingAction) -> Bool {
    switch action {
    case .forwardToChild, .answerNoTask: true
    default: false
    }
  }

  /// The journal refused: the calls are open again, for the router to refuse.
  mutating func takeBackDecision(_ action: RoutingAction) {
    if let call = action.answeredCall { openCalls.insert(call) }
  }

  /// A commit stands before everything that depends on it.
  mutating func checkOrder(_ actions: [RoutingAction]) {
    var stored: [JournalChange] = []
    var barriers = 0
    for action in actions {
      switch action {
      case .persist(let changes):
        stored += changes
        barriers += 1
      case .forwardToChild(_, let key, let child):
        let isStored = stored.contains {
          switch $0 {
          case .taskTaken(let record): record.key == key && record.assignedTo == child
          case .taskAssigned(let assigned, let holder, _): assigned == key && holder == child
          default: false
          }
        }
        if !isStored { violations.append("\(key.taskID): handed out before it was stored") }
      case .forwardResult(let key, _, _):
        let isStored = stored.contains { if case .resultStored(let record) = $0 { record.key == key } else { false } }
        if !isStored { violations.append("\(key.taskID): delivered before it was stored") }
      case .answerResult(_, .accepted) where barriers == 0:
        violations.append("a result was answered before it was stored")
      case .forwardEvent(let event, _):
        let isStored = stored.contains {
          if case .eventStored(let record) = $0 { record.eventID == event.eventID } else { false }
        }
        if !isStored { violations.append("\(event.eventID): delivered before it was stored") }
      default: break
      }
    }
  }

  mutating func checkState() {
    let parked = router.children.slots.reduce(0) { $0 + (router.children[$1]?.parkedPolls ?? 0) }
    if parked != router.polls.count { violations.append("\(router.polls.count) polls, counted \(parked)") }
    let free = router.children.slots.reduce(0) { $0 + router.freePolls(of: $1) }
    if free != router.freePolls { violations.append("\(free) free polls, counted \(router.freePolls)") }
    let limit = router.configuration.maximumParkedPollsPerChild
    for slot in router.children.slots where router.children[slot]?.parkedPolls ?? 0 > limit {
      violations.append("too many parked polls")
    }
    if router.finished.count > 64 || router.seenEvents.count > 64 { violations.append("a memory without bound") }
    for key in unanswered where router.tasks.slot(of: key) == nil { violations.append("\(key.taskID): lost") }
    checkHolders()
    checkNoneWaitsInVain()
  }

  /// Who has a task knows it: a registered child, or one that is expected back.
  private mutating func checkHolders() {
    for slot in router.tasks.slots {
      guard let assignment = router.tasks[slot]?.assignment else { continue }
      let holder = assignment.child.flatMap { router.children[$0] }
      let isKnown =
        holder.map { $0.id == assignment.childID && $0.running.contains(slot) }
        ?? (assignment.child == nil && router.awaited[assignment.childID]?.contains(slot) == true)
      if !isKnown { violations.append("\(router.tasks[slot]?.key.taskID ?? ""): its holder does not know of it") }
    }
  }

  /// No waiting task is left that a parked poll could take, except after the journal refused.
  private mutating func checkNoneWaitsInVain() {
    for slot in router.children.slots where router.mayServe(slot) {
      for group in router.children[slot]?.groups ?? [] {
        guard let group = router.polls.group(group), !group.polls.isEmpty,
          let task = router.queue.first(
            for: group.skills.map(\.variant), of: router.children[slot]?.id ?? ""), router.tasks[task]?.retryAt == nil
        else { continue }
        violations.append("\(router.tasks[task]?.key.taskID ?? ""): waits beside a poll that could take it")
      }
    }
  }

  /// Lets everything come to its end: the journal works, all children die, every task fails or is cancelled.
  mutating func finish() {
    journalRefuses = false
    commit()
    for id in children.keys.sorted() {
      for call in children[id]?.polls ?? [] where openCalls.remove(call) != nil { handle(.callAbandoned(call)) }
      handle(.childCommandChannelClosed(child: id))
    }
    children = [:]
    for _ in 0..<4 {
      pass(.seconds(120))
      commit()
    }
    for uplink in Self.uplinks {
      handle(.cancellationsArrived(taskIDs: router.currentTaskIDs(for: uplink), from: uplink))
      commit()
    }
    pass(.seconds(120))
    commit()
    if !unanswered.isEmpty { violations.append("never answered: \(unanswered.map(\.taskID).sorted())") }
    while !delivered.isEmpty {
      for key in delivered { settle(key) }
      commit()
      pass(.seconds(120))
      commit()
    }
    checkEmptied()
  }

  private mutating func checkEmptied() {
    let left = [
      "tasks": router.tasks.count, "children": router.children.count, "polls": router.polls.count,
      "skills": router.skills.count, "queue": router.queue.count, "free polls": router.freePolls,
      "awaited": router.awaited.count, "child times": router.childTimes.count, "task times": router.taskTimes.count,
      "answered": router.answeredCount, "pinned": router.tasks.pinnedUplinks, "open calls": openCalls.count,
    ]
    for (name, count) in left where count != 0 { violations.append("\(count) \(name) left") }
  }
}
