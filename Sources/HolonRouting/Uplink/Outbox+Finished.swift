import RXON

extension Outbox {
  /// A delivery ended. Called once for each; ignored for an item that is not in flight.
  /// - Returns: what to do about it, in order. Unless the item was settled or became a dead letter, it waits for its
  ///   next attempt.
  public mutating func finished(
    _ id: OutboxID, outcome: DeliveryOutcome, at now: Moment, using random: inout some RandomNumberGenerator
  ) -> [OutboxAction] {
    guard let slot = store.slot(of: id), let entry = store[slot], case .inFlight = entry.state else { return [] }
    lanes[entry.lane][id.kind].pacing.answered(worthwhile: outcome.gotThrough, at: now.uptime)
    if outcome.gotThrough { lanes[entry.lane].gotThrough(at: now.uptime) }
    let proven = lanes[entry.lane].proofs > (entry.proofsSeen ?? 0)
    let verdict = limits.outcomes.verdict(
      on: outcome, kind: id.kind, history: entry.history, credentialsProven: proven)

    switch verdict {
    case .settle(let word): return settle(slot, entry, outcome: word, because: outcome)
    case .deadLetter(let reason): return deadLetter(slot, entry, reason, because: outcome)
    default: break
    }
    land(slot, entry)
    let unsettled = Unsettled(slot: slot, entry: entry, now: now.uptime)
    return actOn(verdict, unsettled, because: outcome, using: &random) + report(verdict, entry, because: outcome)
  }

  /// An item whose delivery ended without a final word.
  private struct Unsettled {
    let slot: Int
    let entry: OutboxEntry
    let now: Duration

    var id: OutboxID { entry.item.id }
    var uplink: UplinkID { entry.item.uplink }
  }

  /// The item is not in flight any more; where it goes instead is decided next.
  private mutating func land(_ slot: Int, _ entry: OutboxEntry) {
    lanes[entry.lane][entry.item.id.kind].inFlight -= 1
  }

  // MARK: Final

  private mutating func settle(
    _ slot: Int, _ entry: OutboxEntry, outcome word: String, because outcome: DeliveryOutcome
  ) -> [OutboxAction] {
    removeEntry(slot)
    let id = entry.item.id
    let incident: OutboxIncident =
      switch outcome {
      case .accepted: .delivered(id, attempts: entry.attempts)
      case .ignored(let reason): .ignored(id, reason: reason)
      case .failed: .calledDuplicate(id, times: entry.history.duplicates + 1)
      }
    return [.settle(id, outcome: word), .report(incident)]
  }

  private mutating func deadLetter(
    _ slot: Int, _ entry: OutboxEntry, _ reason: DeadLetterReason, because outcome: DeliveryOutcome
  ) -> [OutboxAction] {
    removeEntry(slot)
    let id = entry.item.id
    let tries = entry.attempts == 1 ? "1 attempt" : "\(entry.attempts) attempts"
    let detail = "given up after \(tries); the last: \(outcome.failure.map(\.description) ?? "answered")"
    return [.deadLetter(id, reason: reason, detail: detail), .report(.deadLettered(id, reason))]
  }

  // MARK: Another attempt

  private mutating func actOn(
    _ verdict: OutcomeTable.Verdict, _ item: Unsettled, because outcome: DeliveryOutcome,
    using random: inout some RandomNumberGenerator
  ) -> [OutboxAction] {
    switch verdict {
    case .settle, .deadLetter:
      return []
    case .backOff(let suspect, let counts, let atLeast):
      if !counts { uncount(item) }
      return backOff(item, suspect: suspect, atLeast: atLeast, kind: outcome.failure?.kind, using: &random)
    case .signAnew(let wait):
      store[item.slot]?.history.duplicates += 1
      makeWait(item.slot, until: item.now + wait, stands: true)
      return []
    case .refused:
      store[item.slot]?.history.refusals += 1
      store[item.slot]?.proofsSeen = lanes[item.entry.lane].proofs
      waitForBackOff(item, atLeast: nil, using: &random)
      return []
    case .rejected:
      store[item.slot]?.history.rejections += 1
      waitForBackOff(item, atLeast: nil, using: &random)
      return []
    case .replaceWithTooLargeFailure:
      return awaitReplacement(item)
    case .awaitCredentials:
      store[item.slot]?.proofsSeen = lanes[item.entry.lane].proofs
      return pause(item, .credentials, asking: .refreshToken(item.uplink), using: &random)
    case .awaitRegistration:
      return pause(item, .registration, asking: .registerAgain(item.uplink), using: &random)
    case .rateLimited(let retryAfter):
      uncount(item)
      lanes[item.entry.lane][item.id.kind].pacing.limited(
        retryAfter: retryAfter, inFlight: lanes[item.entry.lane][item.id.kind].inFlight + 1, at: item.now)
      makeReady(item.slot)
      return []
    }
  }

  /// An attempt that was not looked at does not count.
  private mutating func uncount(_ item: Unsettled) {
    store[item.slot]?.attempts -= 1
  }

  private mutating func backOff(
    _ item: Unsettled, suspect: OutcomeTable.Suspect, atLeast: Duration?, kind: TransportError.Kind?,
    using random: inout some RandomNumberGenerator
  ) -> [OutboxAction] {
    let lane = item.entry.lane
    switch suspect {
    case .link:
      _ = lanes[lane].beginPause(.failures, handedOutAt: item.entry.handedOutAt, at: item.now, using: &random)
      makeReady(item.slot)
    case .linkOrItem:
      if let first = lanes[lane].suspect, first != item.entry.sequence {
        _ = lanes[lane].beginPause(
          .failures, handedOutAt: item.entry.handedOutAt, at: item.now, atLeast: capped(atLeast), using: &random)
      }
      lanes[lane].suspect = item.entry.sequence
      waitForBackOff(item, atLeast: atLeast, using: &random)
    case .nobody:
      waitForBackOff(item, atLeast: nil, using: &random)
    }
    guard kind == .unreachable || kind == .interrupted || kind == .timedOut, !lanes[lane].interruptionTold else {
      return []
    }
    lanes[lane].interruptionTold = true
    return [.uplinkInterrupted(item.uplink)]
  }

  private mutating func waitForBackOff(
    _ item: Unsettled, atLeast: Duration?, using random: inout some RandomNumberGenerator
  ) {
    let delay = limits.backOff.delay(after: item.entry.previousDelay, using: &random)
    store[item.slot]?.previousDelay = delay
    makeWait(item.slot, until: item.now + max(delay, capped(atLeast) ?? .zero), stands: false)
  }

  /// A parent cannot send this node to sleep for longer than is believed of a 429.
  private func capped(_ duration: Duration?) -> Duration? {
    duration.map { min($0, limits.pacing.longestSilence) }
  }

  /// Holds the whole uplink until the node did what is asked, and asks once.
  private mutating func pause(
    _ item: Unsettled, _ cause: OutboxLane.Pause.Cause, asking action: OutboxAction,
    using random: inout some RandomNumberGenerator
  ) -> [OutboxAction] {
    makeReady(item.slot)
    let began = lanes[item.entry.lane].beginPause(
      cause, handedOutAt: item.entry.handedOutAt, at: item.now, using: &random)
    return began ? [action] : []
  }

  private mutating func awaitReplacement(_ item: Unsettled) -> [OutboxAction] {
    guard case .result(let key) = item.id else { return [] }
    store[item.slot]?.state = .awaitingReplacement
    let size = item.entry.item.bytes
    let limit = limits.parentBodyLimit.flatMap { size > $0 ? $0 : nil }
    return [.replaceWithTooLargeFailure(key, size: size, limit: limit)]
  }

  // MARK: Reports

  private func report(
    _ verdict: OutcomeTable.Verdict, _ entry: OutboxEntry, because outcome: DeliveryOutcome
  ) -> [OutboxAction] {
    let id = entry.item.id
    switch verdict {
    case .signAnew: return [.report(.calledDuplicate(id, times: entry.history.duplicates + 1))]
    case .refused: return [.report(.forbidden(id, times: entry.history.refusals + 1))]
    case .rateLimited: return [.report(.rateLimited(entry.item.uplink, id.kind))]
    case .replaceWithTooLargeFailure: return [.report(.tooLarge(id, bytes: entry.item.bytes))]
    default:
      guard let kind = outcome.failure?.kind else { return [] }
      return [.report(.deliveryFailed(id, kind, attempt: entry.attempts))]
    }
  }
}

extension DeliveryOutcome {
  /// The parent gave its final answer.
  var gotThrough: Bool { failure == nil }

  var failure: TransportError? {
    switch self {
    case .accepted, .ignored: nil
    case .failed(let error): error
    }
  }
}
