import HolonRouting
import Logging
import RXON

/// What each action of the router means.
extension HolonNode {
  func perform(_ action: RoutingAction) {
    switch action {
    // Commits are taken out, and put in order, before it comes to this.
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
        switch found {
        case .success(let bytes):
          if let bytes, let content = try? RawJSON(validating: bytes, limits: .stored) {
            node.handOut(content, of: key, to: id)
          } else {
            node.contentMissing(for: id, .contentLost(id, key))
          }
        // Another time the journal may be able to.
        case .failure: node.contentMissing(for: id, .handOutFailed(id, key))
        }
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

  private func contentMissing(for id: CallID, _ event: RoutingEvent) {
    counters.add("task_contents_unreadable")
    logger.error("A task's content could not be read from the journal", metadata: ["event": "\(event)"])
    calls.removeValue(forKey: id)?.answer(.noTask)
    handle(event)
  }
}
