import RXON

// Tasks come from a parent, wait, and are handed out.
extension Router {
  typealias Objection = (TaskEnding, ErrorCode, String)

  mutating func take(_ task: PolledTask, from uplink: UplinkID, refusedFor refusal: Objection? = nil) {
    let payload = task.payload
    let key = TaskKey(jobID: payload.jobID, taskID: payload.taskID)
    if let held = tasks.slot(of: key), !hasMoved(held, task, to: uplink, refusedFor: refusal) {
      // Its result is still to come, or on its way.
      return takeAgain(held, key, from: uplink)
    }
    // Finished before: the parent wants it done again.
    finished.remove(key)
    let record = TaskRecord(
      key: key, uplink: uplink, skill: payload.type, skillVersion: payload.addedText("skill_version"),
      skillType: payload.addedText("skill_type"), priority: payload.priority, deadline: payload.deadline,
      assignedTo: nil, attempts: 0, takenAt: now.unixSeconds, content: task.json.bytes)
    let slot = tasks.insert(HeldTask(record, age: tasks.makeAge(), state: .queued))
    tasks[slot]?.isSigned = payload.sig != nil
    if let (ending, code, message) = refusal ?? objection(to: payload, slot) {
      return fail(slot, ending, code, message)
    }
    place(slot, storing: record)
    emit(.report(.taskTaken(key, skill: payload.type)))
  }

  /// The parent may not know that the task is safe here; it hears so once that is true.
  private mutating func takeAgain(_ slot: Int, _ key: TaskKey, from uplink: UplinkID) {
    emit(.report(.taskDuplicate(key)))
    guard tasks[slot]?.uplink == uplink else { return }
    emit(.persist([]))
    emit(.confirmReceipt(key, to: uplink))
  }

  /// Why a task that has just arrived cannot be worked on; nil if it can.
  private func objection(to payload: TaskPayload, _ slot: Int) -> Objection? {
    guard let task = tasks[slot] else { return nil }
    // The parent contradicts itself. Not SECURITY_ERROR, for which it would blame the messenger.
    if let allowed = payload.allowedSkillNames, !allowed.contains(payload.type) {
      return (.failed, .invalidInput, "the task's policy does not allow the skill \(payload.type)")
    }
    if task.isPastDeadline(at: now) {
      return (.expired, .timeout, "the deadline had passed when the task arrived")
    }
    if queue.count >= configuration.maximumQueuedTasks {
      return (.failed, .resourceExhausted, "\(configuration.maximumQueuedTasks) tasks wait here already")
    }
    if configuration.whenUnable == .giveBack, !isSettlingIn, !isAble(task.requirement) {
      return (.failed, .transient, task.requirement.inability)
    }
    return nil
  }

  // MARK: Handing out

  /// Gives the task to a ready child, or lets it wait.
  /// - Parameter record: of a task that the journal does not hold yet.
  mutating func place(_ slot: Int, storing record: TaskRecord? = nil) {
    guard let task = tasks[slot] else { return }
    if let group = readyGroup(for: task.requirement), let child = polls.group(group)?.child,
      let ticket = takePoll(ofGroup: group)
    {
      return handOut(slot, to: child, ticket, storing: record)
    }
    if let record {
      emit(.persist([.taskTaken(record)]))
      emit(.confirmReceipt(record.key, to: record.uplink))
    }
    enqueue(slot)
  }

  mutating func enqueue(_ slot: Int) {
    guard let requirement = tasks[slot]?.requirement, let rank = tasks[slot]?.queueRank else { return }
    queue.insert(slot, requirement, rank: rank)
    noteWhetherOwnerIsHere(slot)
    reschedule(task: slot)
  }

  /// The waiting task that comes first among those that the group can start; one past its deadline is answered instead.
  mutating func nextTask(forGroup group: Int) -> Int? {
    guard !queue.isEmpty, let offered = polls.group(group)?.skills,
      let child = polls.group(group).flatMap({ children[$0.child]?.id })
    else { return nil }
    while let slot = queue.first(for: offered.lazy.map(\.variant), of: child), let task = tasks[slot] {
      guard task.isPastDeadline(at: now) else { return slot }
      expire(slot)
    }
    return nil
  }

  mutating func handOut(_ slot: Int, to child: Int, _ ticket: PollTicket, storing record: TaskRecord? = nil) {
    guard let key = tasks[slot]?.key, let requirement = tasks[slot]?.requirement, let childID = children[child]?.id
    else { return }
    queue.remove(slot, requirement)
    stopAwaitingFormerHolder(slot)
    tasks[slot]?.attempts += 1
    let attempts = tasks[slot]?.attempts ?? 1
    assign(slot, to: child, childID, call: ticket.call)
    tasks[slot]?.lease = ticket.lease
    tasks[slot]?.isReceived = false
    serveCount &+= 1
    children[child]?.lastServed = serveCount
    reindex(child)
    let changes = handOutChanges(slot, childID, attempts: attempts, storing: record)
    emit(.persist(changes))
    emit(.forwardToChild(ticket.call, key, child: childID))
    if case .taskTaken(let record)? = changes.first { emit(.confirmReceipt(key, to: record.uplink)) }
    emit(.report(.taskForwarded(key, child: childID)))
  }

  private mutating func handOutChanges(
    _ slot: Int, _ child: String, attempts: Int, storing record: TaskRecord?
  ) -> [JournalChange] {
    guard var record = record ?? takeUnstoredTask(slot) else {
      return tasks[slot].map { [.taskAssigned($0.key, child: child, attempts: attempts)] } ?? []
    }
    record.assignedTo = child
    record.attempts = attempts
    return [.taskTaken(record)]
  }

  mutating func assign(_ slot: Int, to child: Int, _ childID: String, call: CallID?) {
    tasks[slot]?.state = .assigned(Assignment(childID: childID, child: child, call: call, since: now.uptime))
    children[child]?.running.insert(slot)
    reschedule(task: slot)
  }

  // MARK: Taking back

  /// The task answered a poll and did not get through: the attempt does not count.
  mutating func takeBack(_ key: TaskKey, handedTo call: CallID) {
    guard let slot = tasks.slot(of: key), let assignment = tasks[slot]?.assignment, assignment.call == call else {
      return
    }
    tasks[slot]?.attempts -= 1
    release(slot, from: assignment.childID, reason: "hand_out_failed")
  }

  /// There is nothing left to hand out; the parent has it still.
  mutating func giveUp(_ key: TaskKey, handedTo call: CallID) {
    guard let slot = tasks.slot(of: key), tasks[slot]?.assignment?.call == call else { return }
    detach(slot)
    fail(slot, .failed, .transient, "the task's content could not be read from the journal")
  }

  /// The holder has the task no more: it is offered again, while it has attempts left.
  mutating func release(_ slot: Int, from childID: String, reason: String) {
    guard let task = tasks[slot] else { return }
    emit(.report(.taskReturned(task.key, child: childID, reason: reason)))
    detach(slot)
    tasks[slot]?.formerHolder = childID
    if task.cancellation != nil {
      return cancelHere(slot)
    }
    if task.attempts >= configuration.maximumAttempts {
      let message = "given up after \(task.attempts) attempts; the last child was lost or lost the task"
      return fail(slot, .failed, .transient, message)
    }
    tasks[slot]?.state = .queued
    if task.isPastDeadline(at: now) {
      return expire(slot)
    }
    emit(.record([.taskReleased(task.key)]))
    place(slot)
    if tasks[slot]?.isQueued == true, children.slot(of: childID) == nil {
      awaited[childID, default: []].insert(slot)
    }
  }

  /// Takes the task out of its holder's hands, and out of the queue.
  mutating func detach(_ slot: Int) {
    guard let requirement = tasks[slot]?.requirement else { return }
    if tasks[slot]?.isQueued == true {
      stopAwaitingFormerHolder(slot)
      return queue.remove(slot, requirement)
    }
    guard let assignment = tasks[slot]?.assignment else { return }
    if let child = assignment.child {
      children[child]?.running.remove(slot)
      reindex(child)
    } else {
      stopAwaiting(assignment.childID, with: slot)
    }
  }

  private mutating func stopAwaitingFormerHolder(_ slot: Int) {
    if let formerHolder = tasks[slot]?.formerHolder { stopAwaiting(formerHolder, with: slot) }
  }

  private mutating func stopAwaiting(_ childID: String, with slot: Int) {
    awaited[childID]?.remove(slot)
    if awaited[childID]?.isEmpty == true { awaited[childID] = nil }
  }

  // MARK: Unable

  /// Gives back the waiting tasks that no child is able to do any more, where the configuration says so.
  mutating func giveBackUnable() {
    guard configuration.whenUnable == .giveBack, !isSettlingIn, !queue.isEmpty else { return }
    for requirement in queue.requirements where !isAble(requirement) {
      for slot in queue.tasks(asking: requirement) {
        fail(slot, .failed, .transient, requirement.inability)
      }
    }
  }
}

extension TaskPayload {
  /// `policy.allowed_skills`; nil where the policy names none.
  fileprivate var allowedSkillNames: [String]? {
    guard let allowed = policy?["allowed_skills"], allowed.kind == .array else { return nil }
    return allowed.elements.compactMap(\.stringValue)
  }

  /// A member that the orchestrator adds after signing, outside of the model.
  fileprivate func addedText(_ name: String) -> String? {
    unknown.last { $0.name == name }?.value.stringValue
  }
}
