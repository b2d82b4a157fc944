import RXON

// Children come, tell how they are, and go.
extension Router {
  mutating func register(_ call: CallID, _ registration: WorkerRegistration, isHolon: Bool) {
    let id = registration.workerID
    if let (reason, failure) = refusal(of: id, HolonLineage(of: registration)) {
      emit(.refuse(call, failure))
      emit(.report(.childRefused(id, reason: reason)))
      return
    }
    let slot: Int
    if let known = children.slot(of: id) {
      slot = known
      freePolls -= freePolls(of: slot)
      children[slot]?.registration = registration
      children[slot]?.isHolon = isHolon
      children[slot]?.status = nil
      freePolls += freePolls(of: slot)
    } else {
      let order = children.makeOrder()
      slot = children.insert(
        Child(id: id, order: order, registration: registration, isHolon: isHolon, lastSeen: now.uptime))
      emit(.report(.childJoined(id)))
    }
    noteCall(of: slot)
    welcomeHolder(slot)
    welcomeOwner(id)
    emit(.answerRegistration(call, RegistrationReply(version: RXONProtocol.version)))
    emit(.childChanged(id))
    adoptOffer(of: slot)
  }

  /// Why a child may not be below this node; nil if it may. The reason is a bounded word.
  private func refusal(of id: String, _ lineage: HolonLineage) -> (reason: String, CallFailure)? {
    if id == configuration.nodeID || lineage.path.contains(configuration.nodeID) {
      let below = lineage.path.isEmpty ? [id] : lineage.path
      return (
        "loop",
        CallFailure(
          status: 409,
          "loop: \(configuration.nodeID) is itself at or below \(id) (\(below.joined(separator: ", "))); "
            + "change the uplink or the id of one of them")
      )
    }
    if lineage.depthBelow > configuration.maximumDepth {
      return (
        "too_deep",
        CallFailure(
          status: 409,
          "too deep: \(lineage.depthBelow) levels below \(id), and the limit is \(configuration.maximumDepth)")
      )
    }
    if children.slot(of: id) == nil, children.count >= configuration.maximumChildren {
      return (
        "full",
        CallFailure(
          status: 503, "this node has its \(configuration.maximumChildren) children", code: .limitExceeded,
          retryAfter: .seconds(30))
      )
    }
    return nil
  }

  /// The tasks that were expected back with this child, or that none other took since it was lost, are its own again,
  /// until its heartbeats do not claim them: it may have been unreachable, not gone.
  private mutating func welcomeHolder(_ slot: Int) {
    guard let id = children[slot]?.id, let returned = awaited.removeValue(forKey: id) else { return }
    for task in returned {
      guard var assignment = tasks[task]?.assignment else {
        returnToFormerHolder(task, slot)
        continue
      }
      assignment.child = slot
      tasks[task]?.state = .assigned(assignment)
      children[slot]?.running.insert(task)
      reschedule(task: task)
    }
  }

  mutating func receive(_ call: CallID, _ heartbeat: Heartbeat?, from id: String) {
    guard let slot = children.slot(of: id) else { return refuseUnknown(call, child: id) }
    noteCall(of: slot)
    if let heartbeat {
      if heartbeat.status == WorkerStatus.offline {
        emit(.answerHeartbeat(call, HeartbeatReply()))
        return leave(slot, keeping: Set(heartbeat.currentTasks ?? []))
      }
      adopt(heartbeat, of: slot)
    }
    emit(.answerHeartbeat(call, heartbeatReply(to: slot, heartbeat)))
  }

  /// What a worker that stops was working on is over. What a Holon names is in its journal: it is expected back with it.
  private mutating func leave(_ slot: Int, keeping named: Set<String>) {
    guard let child = children[slot] else { return }
    let kept = child.isHolon ? child.running.filter { named.contains(tasks[$0]?.key.taskID ?? "") } : []
    children[slot]?.running.subtract(kept)
    lose(slot, reason: "offline")
    awaited[child.id] = nil
    for task in kept { expectBack(task, with: child.id) }
  }

  private mutating func adopt(_ heartbeat: Heartbeat, of slot: Int) {
    guard let before = children[slot] else { return }
    freePolls -= freePolls(of: slot)
    children[slot]?.merge(heartbeat)
    freePolls += freePolls(of: slot)
    if let claimed = heartbeat.currentTasks { compareClaims(claimed, in: heartbeat, of: slot) }
    guard let after = children[slot] else { return }
    let offersChanged = before.registration != after.registration
    if offersChanged || before.status != after.status || before.usage != after.usage { emit(.childChanged(after.id)) }
    if offersChanged {
      adoptOffer(of: slot)
    } else if before.isDraining != after.isDraining {
      noteOfferChange()
      reindex(slot)
      serveParkedPolls(of: slot)
    }
  }

  private mutating func heartbeatReply(to slot: Int, _ heartbeat: Heartbeat?) -> HeartbeatReply {
    guard let child = children[slot] else { return HeartbeatReply() }
    var cancelled: Set<String> = []
    for task in child.running {
      guard let held = tasks[task], held.cancellation != nil else { continue }
      cancelled.insert(held.key.taskID)
    }
    for claimed in heartbeat?.currentTasks ?? [] where isCancelledHere(claimed) { cancelled.insert(claimed) }
    children[slot]?.pendingCommands = []
    return HeartbeatReply(
      requireFullSync: heartbeat.map(child.lacksSync) ?? false, cancelTaskIDs: cancelled.sorted(),
      commands: child.pendingCommands)
  }

  /// Whether every task of this id was given up on after a cancellation that its holder did not answer.
  private func isCancelledHere(_ taskID: String) -> Bool {
    let held = tasks.slots(ofTaskID: taskID)
    return !held.isEmpty && held.allSatisfy { tasks[$0]?.ending == .cancelled }
  }

  /// The child's registration or skills are new: rebuild what is derived from them, and give it what waits.
  private mutating func adoptOffer(of slot: Int) {
    guard let child = children[slot] else { return }
    let abilities = child.offers.map { skills.retain($0) }
    child.abilities.forEach { skills.release($0) }
    children[slot]?.abilities = abilities
    for group in child.groups { rebuildSkills(ofGroup: group) }
    noteOfferChange()
    reindex(slot)
    serveParkedPolls(of: slot)
    giveBackUnable()
  }

  mutating func openChannel(of id: String) {
    children.setChannel(id, isOpen: true)
    guard let slot = children.slot(of: id) else { return }
    noteCall(of: slot)
    for task in children[slot]?.running.sorted() ?? [] {
      if let command = tasks[task]?.cancellation?.command.value { emit(.sendCommand(command, child: id)) }
    }
    for command in children[slot]?.pendingCommands ?? [] { emit(.sendCommand(command, child: id)) }
    children[slot]?.pendingCommands = []
  }

  mutating func closeChannel(of id: String) {
    children.setChannel(id, isOpen: false)
    guard let slot = children.slot(of: id) else { return }
    children[slot]?.goneSince = now.uptime
    reschedule(child: slot)
  }

  /// Every call shows that the child lives.
  mutating func noteCall(of slot: Int) {
    children[slot]?.lastSeen = now.uptime
    children[slot]?.goneSince = nil
    reschedule(child: slot)
  }

  mutating func lose(_ slot: Int, reason: String) {
    guard let child = children.remove(slot) else { return }
    childTimes.remove(slot)
    for group in child.groups { removeGroup(group, of: child) }
    child.abilities.forEach { skills.release($0) }
    emit(.report(.childLost(child.id, reason: reason)))
    emit(.childChanged(child.id))
    noteOfferChange()
    for task in child.running.sorted(by: { (tasks[$0]?.age ?? 0) < (tasks[$1]?.age ?? 0) }) {
      release(task, from: child.id, reason: reason)
    }
    missOwner(child.id)
    giveBackUnable()
  }

  /// The child may not come back: what it holds, or should bring back after a restart, is offered again.
  mutating func shutOut(_ id: String) {
    if let slot = children.slot(of: id) { lose(slot, reason: "revoked") }
    for task in awaited[id]?.sorted() ?? [] where tasks[task]?.assignment?.childID == id {
      release(task, from: id, reason: "revoked")
    }
    awaited[id] = nil
    giveUpTasks(onlyFor: id)
  }

  /// The words "not found" make the reference worker register again by itself.
  mutating func refuseUnknown(_ call: CallID, child: String) {
    emit(.refuse(call, CallFailure(status: 404, "worker \(child) not found: register again")))
  }
}
