import RXON

// Events bubble up.
extension Router {
  /// - Parameter call: nil for an event that came over the command channel and needs no answer.
  mutating func receive(_ call: CallID?, _ event: WorkerEventPayload, from child: String) {
    guard let slot = children.slot(of: child) else {
      emit(.report(.eventDropped(event.eventID, reason: "unknown_child")))
      if let call { refuseUnknown(call, child: child) }
      return
    }
    noteCall(of: slot)
    guard !speaksForAnother(event, child: child) else { return refuseHijacking(call, event) }
    do throws(RelayedEvent.Refusal) {
      let relayed = try RelayedEvent.relaying(
        event, from: child, node: configuration.nodeID, maximumDepth: configuration.maximumDepth)
      relay(relayed, from: child, call)
    } catch {
      bury(event, from: child, call, error)
    }
  }

  private mutating func relay(_ event: WorkerEventPayload, from child: String, _ call: CallID?) {
    guard let uplink = uplink(for: event, from: child) else {
      emit(.report(.eventDropped(event.eventID, reason: "no_uplink")))
      acknowledge(call)
      return
    }
    if event.eventType == EventType.progress {
      emit(.relayProgress(event, to: uplink))
      return acknowledge(call)
    }
    guard seenEvents[event.eventID] == nil else {
      emit(.persist([]))
      acknowledge(call)
      return emit(.report(.eventDuplicate(event.eventID)))
    }
    seenEvents.insert(event.eventID, ())
    let record = EventRecord(
      eventID: event.eventID, uplink: uplink, priority: event.priority, storedAt: now.unixSeconds,
      content: event.encoded())
    emit(.persist([.eventStored(record)]))
    acknowledge(call)
    emit(.forwardEvent(event, to: uplink))
    emit(.report(.eventTaken(event.eventID)))
  }

  /// The event cannot travel on: it is kept for a person, and acknowledged, since sending it again would not help.
  private mutating func bury(
    _ event: WorkerEventPayload, from child: String, _ call: CallID?, _ refusal: RelayedEvent.Refusal
  ) {
    let letter = DeadLetter(
      kind: .event, subject: event.eventID, uplink: uplink(for: event, from: child) ?? UplinkID(""),
      reason: refusal.rawValue,
      detail: "bubbling chain: \((event.bubblingChain ?? []).joined(separator: " > "))", at: now.unixSeconds,
      content: event.encoded())
    emit(.persist([.deadLettered(letter)]))
    acknowledge(call)
    emit(.report(.eventDropped(event.eventID, reason: refusal.rawValue)))
  }

  /// The parent of the task that the event is about, else the preferred one.
  private func uplink(for event: WorkerEventPayload, from child: String) -> UplinkID? {
    for taskID in [event.targetTaskID, event.originTaskID] {
      guard let taskID else { continue }
      let held = tasks.slots(ofTaskID: taskID).compactMap { tasks[$0] }
      let task = held.first { $0.key.jobID == event.targetJobID } ?? held.first
      if let task { return task.uplink }
    }
    return configuration.uplinks.lazy.compactMap { configuration.uplink($0, for: child) }.first
  }

  private mutating func refuseHijacking(_ call: CallID?, _ event: WorkerEventPayload) {
    emit(.report(.eventDropped(event.eventID, reason: "not_its_task")))
    guard let call else { return }
    let target = event.targetTaskID ?? event.targetJobID ?? ""
    emit(.refuse(call, CallFailure(status: 403, "Forbidden: another worker has \(target)", code: .security)))
  }

  private mutating func acknowledge(_ call: CallID?) {
    if let call { emit(.acknowledgeEvent(call)) }
  }
}
