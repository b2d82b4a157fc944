import HolonRouting
import Logging
import RXON

/// Performing what the router decided.
extension HolonNode {
  func perform(_ actions: [RoutingAction]) {
    perform(actions[...])
  }

  private func perform(_ actions: ArraySlice<RoutingAction>) {
    for index in actions.indices {
      if case .persist(let changes) = actions[index] {
        persist(changes, before: actions[(index + 1)...])
        return
      }
      perform(actions[index])
    }
  }

  /// Commits `changes`; what depends on them is performed once they are on disk.
  private func persist(_ changes: [JournalChange], before dependents: ArraySlice<RoutingAction>) {
    dropContents(of: changes)
    commitsUnderWay += 1
    journal.commit(changes) { failure in
      self.onLoop { node in
        node.commitsUnderWay -= 1
        if let failure {
          node.persistFailed(changes, dependents, failure)
        } else {
          node.perform(dependents)
        }
        node.noteIfDrained()
      }
    }
  }

  private func persistFailed(
    _ changes: [JournalChange], _ dependents: ArraySlice<RoutingAction>, _ failure: JournalFailure
  ) {
    counters.add("journal_failures")
    logger.error("The journal refused a commit", metadata: ["failure": "\(failure)"])
    handle(.persistFailed(changes, unperformed: Array(dependents)))
  }

  private func perform(_ action: RoutingAction) {
    switch action {
    case .persist(let changes), .record(let changes):
      record(changes)
    case .answerRegistration(let id, let reply):
      answer(id, .registered(reply))
    case .answerHeartbeat(let id, let reply):
      answer(id, .heartbeat(reply))
    case .forwardToChild(let id, let key, _):
      forward(key, to: id)
    case .answerNoTask(let id):
      answer(id, .noTask)
    case .answerResult(let id, let reply):
      answer(id, .result(reply))
    case .acknowledgeEvent(let id):
      answer(id, .eventAccepted)
    case .refuse(let id, let failure):
      answer(id, .failure(failure))
    case .sendCommand(let command, let child):
      channels[child]?.channel.send(command)
    case .confirmReceipt(let key, let uplink):
      session(of: uplink)?.enter { $0.confirmReceipt(of: key) }
    case .forwardResult(let key, let result, let uplink):
      deliver(.result(key), .result(result), to: uplink)
    case .forwardEvent(let event, let uplink):
      deliver(.event(event.eventID), .event(event), to: uplink)
    case .relayProgress(let event, let uplink):
      session(of: uplink)?.enter { $0.relayProgress(event) }
    case .offerChanged:
      for uplink in uplinks { uplink.nodeSession?.enter { $0.offerChanged() } }
    case .childChanged(let child):
      childChanged(child)
    case .report(let incident):
      report(incident)
    }
  }

  func record(_ changes: [JournalChange]) {
    dropContents(of: changes)
    journal.record(changes)
  }

  private func answer(_ id: CallID, _ answer: ListenerAnswer) {
    calls.removeValue(forKey: id)?.answer(answer)
  }

  // MARK: Tasks on their way down

  private func forward(_ key: TaskKey, to id: CallID) {
    if let content = contents[key] {
      handOut(content, of: key, to: id)
      return
    }
    journal.content(of: key) { found in
      self.onLoop { node in
        guard case .success(.some(let bytes)) = found, let content = try? RawJSON(validating: bytes) else {
          node.contentMissing(of: key, for: id)
          return
        }
        node.handOut(content, of: key, to: id)
      }
    }
  }

  private func handOut(_ content: RawJSON, of key: TaskKey, to id: CallID) {
    guard let call = calls.removeValue(forKey: id) else {
      handle(.handOutFailed(id, key))
      return
    }
    call.answer(.task(content)) { written in
      guard !written else { return }
      self.onLoop { $0.handle(.handOutFailed(id, key)) }
    }
  }

  private func contentMissing(of key: TaskKey, for id: CallID) {
    counters.add("task_contents_unreadable")
    logger.error("A task's content could not be read from the journal", metadata: ["task": "\(key.taskID)"])
    calls.removeValue(forKey: id)?.answer(.noTask)
    handle(.handOutFailed(id, key))
  }

  /// What is over is not handed out again.
  private func dropContents(of changes: [JournalChange]) {
    for change in changes {
      switch change {
      case .resultStored(let record): contents.remove(record.key)
      case .taskForgotten(let key): contents.remove(key)
      default: break
      }
    }
  }
}
