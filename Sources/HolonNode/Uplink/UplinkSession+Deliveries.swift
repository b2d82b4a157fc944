import HolonRouting
import Logging
import NIOCore
import RXON
import RXONSignatures

/// Delivering what the journal holds for the parent.
extension UplinkSession {
  /// Takes in what was just stored.
  func deliver(_ id: OutboxID, _ message: OutboundMessage) {
    let bytes = message.approximateBytes
    contents.insert(message, for: id, bytes: bytes)
    outbox.add(
      OutboxItem(
        id: id, uplink: self.id, priority: message.priority, storedAt: NodeClock.unixSeconds(), bytes: bytes))
    node.enter { $0.attend(to: self.id) }
  }

  /// Takes up what a restart found in the journal.
  func restore(_ snapshot: JournalSnapshot) {
    outbox.restore(
      snapshot.results.filter { $0.uplink == id }.map {
        OutboxItem(id: .result($0.key), uplink: id, storedAt: $0.storedAt, bytes: $0.content.count)
      })
    outbox.restore(
      snapshot.events.filter { $0.uplink == id }.map {
        OutboxItem(
          id: .event($0.eventID), uplink: id, priority: $0.priority, storedAt: $0.storedAt, bytes: $0.content.count)
      })
  }

  var isFlushed: Bool { outbox.count == 0 }

  func deliverWhatIsDue(at now: Moment) {
    for delivery in outbox.due(for: id, at: now, parentTime: transport.parentTime(), limit: .max) {
      spawn { await $0.attempt(delivery) }
    }
  }

  private func attempt(_ delivery: Delivery) async {
    let generation = credentials.generation
    let outcome: DeliveryOutcome
    do {
      let message = try await content(of: delivery.id)
      outcome = await send(message, signedAt: delivery.signAt)
    } catch {
      outcome = .failed(error)
    }
    finished(delivery.id, outcome, generation: generation)
  }

  private func content(of item: OutboxID) async throws(TransportError) -> OutboundMessage {
    if let kept = contents[item] { return kept }
    let journal = node.journal
    let stored = await withCheckedContinuation { continuation in
      journal.content(of: item) { continuation.resume(returning: $0) }
    }
    do {
      guard let bytes = try stored.get() else {
        throw TransportError(.unsendable, "its content is not in the journal")
      }
      return try OutboundMessage(item, stored: bytes)
    } catch let failure as JournalFailure {
      // Storage trouble passes; the item stays.
      throw TransportError(.closed, "the journal cannot be read: \(failure)")
    } catch let error as TransportError {
      throw error
    } catch {
      throw TransportError(.unsendable, "its stored content cannot be read: \(error)")
    }
  }

  /// Puts the time on that the signature will cover, and sends.
  private func send(_ message: OutboundMessage, signedAt time: Int) async -> DeliveryOutcome {
    do {
      switch try attested(message) {
      case .result(var result):
        result.timestamp = time
        switch try await transport.sendResult(result) {
        case .accepted: return .accepted
        case .ignored(let reason): return .ignored(reason: reason)
        }
      case .event(var event):
        event.timestamp = time
        try await transport.emitEvent(event)
        return .accepted
      }
    } catch {
      return .failed(error)
    }
  }

  /// Puts this node's word for the way of the message on it.
  private func attested(_ message: OutboundMessage) throws(TransportError) -> OutboundMessage {
    guard let attester else { return message }
    do throws(SignatureError) {
      switch message {
      case .result(let result): return .result(try attester.attest(result))
      case .event(let event): return .event(try attester.attest(event))
      }
    } catch {
      throw TransportError(.unsendable, "its way cannot be signed: \(error)")
    }
  }

  private func finished(_ item: OutboxID, _ outcome: DeliveryOutcome, generation: Int) {
    let now = clockNow()
    if case .failed = outcome {
    } else {
      contents.remove(item)
      credentials.proven(generation: generation, at: now.uptime)
    }
    for action in outbox.finished(item, outcome: outcome, at: now, using: &random) {
      perform(action, at: now, because: outcome, generation: generation)
    }
    advance()
  }

  private func perform(_ action: OutboxAction, at now: Moment, because outcome: DeliveryOutcome, generation: Int) {
    switch action {
    case .settle(let item, let word):
      settle(item, with: .delivered(item, outcome: word, at: now.unixSeconds))
    case .deadLetter(let item, let reason, let detail):
      contents.remove(item)
      settle(
        item, with: .outboxDeadLettered(item, reason: reason.rawValue, detail: detail, at: now.unixSeconds))
    case .replaceWithTooLargeFailure(let key, let size, let limit):
      replaceWithFailure(key, size: size, limit: limit, at: now)
    case .refreshToken:
      renewCredentials(generation: generation)
    case .registerAgain, .uplinkInterrupted:
      // Nothing is delivered before the registration.
      if case .failed(let error) = outcome { interrupted(by: error) }
    case .report(let incident):
      node.enter { $0.report(incident, uplink: self.id) }
    }
  }

  private func settle(_ item: OutboxID, with change: JournalChange) {
    node.enter { node in
      node.record([change])
      guard case .result(let key) = item else { return }
      // The task may have come once more.
      node.contents.remove(key)
      node.handle(.resultSettled(key))
    }
  }

  /// The parent does not take a body of this size: it hears so, in place of the result.
  private func replaceWithFailure(_ key: TaskKey, size: Int, limit: Int?, at now: Moment) {
    contents.remove(.result(key))
    let bound = limit.map { "the parent's limit is \($0) bytes" } ?? "more than the parent takes"
    let failure = TaskResult(
      jobID: key.jobID, taskID: key.taskID, status: TaskStatus.failure,
      error: TaskError(
        code: .resourceExhausted, message: "the result is \(size) bytes, \(bound)"))
    let content = failure.encoded()
    let record = ResultRecord(
      key: key, uplink: id, status: TaskStatus.failure, storedAt: now.unixSeconds, content: content)
    node.journal.commit([.resultStored(record)]) { [self] journalFailure in
      node.onLoop { _ in
        self.enter { session in
          if journalFailure == nil { return session.deliver(.result(key), .result(failure)) }
          // The item stays as it was in the journal, which may take this later.
          session.retryReplacement(of: key, size: size, limit: limit)
        }
      }
    }
  }

  private func retryReplacement(of key: TaskKey, size: Int, limit: Int?) {
    let pause = node.enter { $0.router.configuration.journalRetry }
    node.loop.scheduleTask(in: TimeAmount(pause)) { [weak self] in
      self?.enter { session in
        guard session.state != .closed else { return }
        session.replaceWithFailure(key, size: size, limit: limit, at: session.clockNow())
      }
    }
  }

  // MARK: Progress

  /// Only the newest progress of a task waits; older ones say nothing that it does not.
  func relayProgress(_ event: WorkerEventPayload) {
    progress[event.targetTaskID ?? event.originTaskID ?? event.originWorkerID] = event
    if progress.count > settings.waitingProgress { progress.remove(at: progress.startIndex) }
    advance()
  }

  func relayWaitingProgress() {
    guard !progress.isEmpty, !isRelayingProgress else { return }
    isRelayingProgress = true
    let events = progress.values.map(\.self)
    progress = [:]
    spawn { session in
      for event in events { await session.relay(event) }
      session.isRelayingProgress = false
      if !session.progress.isEmpty { session.advance() }
    }
  }

  /// By the open command channel, which the parent's rate limits do not count; else by a call. Best effort.
  private func relay(_ event: WorkerEventPayload) async {
    do {
      guard case .event(let event) = try attested(.event(event)) else { return }
      if await transport.emitEventUnanswered(event) { return }
      try await transport.emitEvent(event)
    } catch {
      node.enter { $0.counters.add("progress_lost", label: error.kind.rawValue) }
    }
  }
}
