import HolonRouting
import Logging
import RXON

/// Asking the parent for tasks. The node says how many polls to open, since several parents may share the demand.
extension UplinkSession {
  /// How many more polls may be opened at this parent now.
  func pollRoom(at now: Moment) -> Int {
    guard state == .connected, isHere, !isDraining, farewell == nil else { return 0 }
    if let emptyPollsUntil, now.uptime < emptyPollsUntil { return 0 }
    emptyPollsUntil = nil
    return polls.allowance(demand: settings.maxPolls, inFlight: openPolls, at: now.uptime)
  }

  /// A plain parent does not notice that a poll was closed, and would answer it with a task; a Holon does notice.
  var hasPollsToKeep: Bool {
    openPolls > 0 && !transport.parentFeatures.isHolon
  }

  func openPolls(_ count: Int, for demand: TaskDemand, at now: Moment) {
    polls.started(count, at: now.uptime)
    openPolls += count
    for _ in 0..<count {
      spawn { await $0.poll(availableSkills: demand.availableSkills, hotSkills: demand.hotSkills) }
    }
  }

  private func poll(availableSkills: [String], hotSkills: [String]) async {
    let started = node.clock.uptime
    let generation = credentials.generation
    let lease = keepsLeases ? leases.make() : nil
    do {
      let task = try await transport.pollTask(
        wait: settings.pollWait, availableSkills: availableSkills, hotSkills: hotSkills.isEmpty ? nil : hotSkills,
        lease: lease?.description)
      let now = node.clock.uptime
      ended(lease)
      polls.answered(worthwhile: task != nil, at: now)
      if let task {
        take(task)
      } else if now - started < .seconds(1) {
        // A parent that does not hold polls is not asked without pause.
        emptyPollsUntil = now + .milliseconds(500)
      }
    } catch {
      ended(lease)
      pollFailed(error, generation: generation)
    }
    node.enter { $0.attend(to: self.id) }
  }

  /// From here to the task's place among those that heartbeats name, nothing may be waited for.
  private func ended(_ lease: Lease?) {
    openPolls -= 1
    if let lease { leases.close(lease) }
  }

  private func take(_ task: PolledTask) {
    node.enter { $0.take(task, from: self.id) }
  }

  // MARK: Receipts

  /// Whether the parent keeps its tasks until their receipt is confirmed.
  var keepsLeases: Bool { transport.parentFeatures.features.contains(.lease) }

  /// The task is stored here. Told together with others of this turn.
  func confirmReceipt(of key: TaskKey) {
    guard keepsLeases else { return }
    receipts.append(TaskReceipt(jobID: key.jobID, taskID: key.taskID))
    node.enter { $0.attend(to: self.id) }
  }

  func confirmReceipts() {
    guard !receipts.isEmpty else { return }
    transport.confirmReceipt(of: receipts)
    receipts = []
  }

  private func pollFailed(_ error: TransportError, generation: Int) {
    let now = node.clock.uptime
    switch error.kind {
    case .rateLimited:
      polls.limited(retryAfter: error.retryAfter, inFlight: openPolls + 1, at: now)
      logger.info("The parent limits polls", metadata: ["uplink": "\(id)"])
    case .unauthorized, .forbidden:
      emptyPollsUntil = now + .seconds(1)
      renewCredentials(generation: generation)
    case .unreachable, .interrupted, .timedOut, .notFound, .conflict:
      interrupted(by: error)
    case .closed:
      break
    case .rejected, .duplicate, .payloadTooLarge, .serverError, .protocolViolation, .unsendable:
      emptyPollsUntil = now + .seconds(1)
      lastError = error.description
      logger.warning("A poll failed", metadata: ["uplink": "\(id)", "error": "\(error)"])
    }
  }
}
