import HolonRouting
import Logging
public import RXON

/// Taking in what children ask.
extension HolonNode: ListenerHandler {
  public nonisolated func receive(_ call: ListenerCall) {
    onLoop { $0.take(call) }
  }

  public nonisolated func admitCommandChannel(
    _ credentials: Credentials, completion: @escaping @Sendable (CallFailure?) -> Void
  ) {
    onLoop { node in
      do throws(CallFailure) {
        let identity = try node.identify(credentials)
        try node.spend(.channels, bytes: 0, of: identity.workerID)
        completion(nil)
      } catch {
        node.refused(credentials, error)
        completion(error)
      }
    }
  }

  public nonisolated func commandChannelOpened(_ channel: any CommandChannel) {
    onLoop { node in
      let open = OpenChannel(channel: channel, openedAt: NodeClock.unixSeconds())
      node.channels.updateValue(open, forKey: channel.workerID)?.channel.close()
      node.handle(.childCommandChannelOpened(child: channel.workerID))
    }
  }

  public nonisolated func commandChannelClosed(_ channel: any CommandChannel) {
    onLoop { node in
      guard node.channels[channel.workerID]?.channel === channel else { return }
      node.channels[channel.workerID] = nil
      node.handle(.childCommandChannelClosed(child: channel.workerID))
    }
  }

  public nonisolated func receiveUnanswered(
    _ event: WorkerEventPayload, body: RawJSON, from channel: any CommandChannel
  ) {
    onLoop { node in
      do throws(CallFailure) {
        let now = NodeClock.unixSeconds()
        let identity = try node.authenticator.identification.identify(
          onChannelOpenedAt: node.channels[channel.workerID]?.openedAt ?? now, with: channel.credentials, at: now)
        try node.spend(.events, bytes: body.count, of: identity.workerID)
        try node.verify(.init(event, by: identity.workerID), body: body, by: identity)
        node.handle(.eventArrived(nil, child: identity.workerID, event))
      } catch {
        node.refused(channel.credentials, error)
      }
    }
  }

  // MARK: Calls

  private func take(_ call: ListenerCall) {
    guard lifecycle != .stopped else {
      call.fail(503, "Service is stopping", retryAfter: .seconds(5))
      return
    }
    do throws(CallFailure) {
      if case .refreshToken(let refreshToken) = call.action {
        let token = try delaying(call.credentials) { () throws(CallFailure) in
          try authenticator.identification.refresh(refreshToken, by: call.credentials, at: NodeClock.unixSeconds())
        }
        try spend(.tokens, bytes: 0, of: token.workerID)
        call.answer(.token(token))
        return
      }
      try route(call, by: try admit(call))
    } catch {
      refused(call.credentials, error)
      call.answer(.failure(error))
    }
  }

  private func route(_ call: ListenerCall, by identity: ChildAuthenticator.Identity) throws(CallFailure) {
    switch call.action {
    case .register(let registration):
      try verify(.init(registration), body: call.body, by: identity)
      handle(.childRegistered(keep(call), registration, isHolon: call.credentials.isHolon))
    case .poll(let poll):
      let id = keep(call)
      call.onAbandoned { self.onLoop { $0.abandoned(id) } }
      handle(.pollArrived(id, poll))
    case .result(let result):
      try expectIdentifiers(("job_id", result.jobID), ("task_id", result.taskID))
      let handedOutAt = router.handedOut(TaskKey(jobID: result.jobID, taskID: result.taskID))
      let claim = ChildAuthenticator.Claim(result, by: identity.workerID, handedOutAt: handedOutAt)
      try verify(claim, body: call.body, by: identity)
      handle(.resultArrived(keep(call), child: identity.workerID, result))
    case .heartbeat(let workerID, let heartbeat):
      if let heartbeat { try verify(.init(heartbeat), body: call.body, by: identity) }
      handle(.childHeartbeat(keep(call), child: workerID, heartbeat))
    case .event(let event):
      try expectIdentifiers(("event_id", event.eventID), ("origin_worker_id", event.originWorkerID))
      try verify(.init(event, by: identity.workerID), body: call.body, by: identity)
      handle(.eventArrived(keep(call), child: identity.workerID, event))
    case .issueToken:
      let token = try authenticator.identification.issueToken(to: identity, at: NodeClock.unixSeconds())
      call.answer(.token(token))
    case .receipts(let receipts):
      let keys = receipts.map { TaskKey(jobID: $0.jobID, taskID: $0.taskID) }
      handle(.receiptsConfirmed(child: identity.workerID, keys))
      call.answer(.eventAccepted)
    case .refreshToken:
      break
    }
  }

  /// Identifiers become parts of paths, headers and log lines further up (protocol §2).
  private func expectIdentifiers(_ members: (name: String, value: String)...) throws(CallFailure) {
    for member in members where !Identifier.isStrictlyValid(member.value) {
      throw CallFailure(
        status: 400, "\(member.name) is no identifier: use 1 to 128 letters, digits, '-' and '_'", code: .invalidInput)
    }
  }

  private func keep(_ call: ListenerCall) -> CallID {
    lastCallNumber += 1
    let id = CallID(lastCallNumber)
    calls[id] = call
    return id
  }

  private func abandoned(_ id: CallID) {
    guard calls.removeValue(forKey: id) != nil else { return }
    handle(.callAbandoned(id))
  }

  private func verify(
    _ claim: ChildAuthenticator.Claim, body: RawJSON?, by identity: ChildAuthenticator.Identity
  ) throws(CallFailure) {
    guard let body else { throw CallFailure(status: 400, "The body is missing") }
    try authenticator.verify(
      claim, body: body, by: identity, at: NodeClock.unixSeconds(), uptime: clock.uptime)
  }
}
