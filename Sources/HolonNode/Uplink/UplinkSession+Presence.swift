import HolonRouting
import Logging
import RXON

/// Being known to the parent: registration and heartbeats.
extension UplinkSession {
  // MARK: Registration

  func registerIfDue(at now: Moment) {
    guard isHere || mustRegister, farewell == nil,
      registration.begin(at: now, parentTime: transport.parentTime())
    else { return }
    let offer = currentOffer()
    toldOffer = offer
    isRegistering = true
    spawn { await $0.register(offer) }
  }

  private func register(_ offer: ToldOffer) async {
    let generation = credentials.generation
    do {
      var registration = offer.registration(workerID: transport.workerID)
      leases.announce(in: &registration)
      let reply = try await transport.register(registration)
      registered(reply, generation: generation)
    } catch {
      registrationFailed(error, generation: generation)
    }
    isRegistering = false
    advance()
  }

  private func registered(_ reply: RegistrationReply, generation: Int) {
    guard state != .closed else { return }
    let now = clockNow()
    mustRegister = false
    registration.succeeded(at: now.uptime)
    heartbeat.registered(at: now.uptime)
    credentials.proven(generation: generation, at: now.uptime)
    if let token = reply.token { renewal.adopted(lasting: token.expiresIn, at: now.uptime, using: &random) }
    outbox.uplinkRestored(id, at: now)
    if let warning = reply.warning {
      logger.warning("The parent warns", metadata: ["uplink": "\(id)", "warning": "\(warning)"])
    }
    guard state != .connected else { return }
    state = .connected
    lastError = nil
    logger.info("Registered with the parent", metadata: ["uplink": "\(id)", "url": "\(url)"])
    if isHere { node.enter { $0.uplinkChanged(self, isAvailable: true) } }
  }

  private func registrationFailed(_ error: TransportError, generation: Int) {
    guard state != .closed else { return }
    registration.failed(error, at: node.clock.uptime, using: &random)
    if error.kind == .unauthorized || error.kind == .forbidden { renewCredentials(generation: generation) }
    let isNews = lastError != error.description
    lost(because: error)
    logger.log(
      level: isNews ? .warning : .debug, "Could not register with the parent",
      metadata: ["uplink": "\(id)", "url": "\(url)", "error": "\(error)"])
  }

  /// The parent could not be reached, or broke off, or does not know this node: whatever it knew may be forgotten.
  func interrupted(by error: TransportError) {
    let now = node.clock.uptime
    if error.kind == .notFound {
      registration.notKnown(at: now)
      mustRegister = !isHere
    } else {
      registration.interrupted(at: now)
    }
    if state == .connected {
      logger.warning("Lost the uplink", metadata: ["uplink": "\(id)", "error": "\(error)"])
    }
    lost(because: error)
  }

  private func lost(because error: TransportError) {
    lastError = error.description
    // The heartbeat after the next registration names what is here.
    receipts = []
    heartbeat.uplinkLost()
    // What waits for one that is gone does not wait for a registration.
    if isHere { outbox.uplinkLost(id) }
    guard state == .connected else { return }
    state = .disconnected
    node.enter { $0.uplinkChanged(self, isAvailable: false) }
  }

  // MARK: Heartbeats

  /// What the children offer, or how they are, may have changed.
  func offerChanged() {
    if offerMayHaveChangedSince == nil { offerMayHaveChangedSince = node.clock.uptime }
  }

  /// Changes of many children are compared together; a change must be told within a second.
  static let offerGathering = Duration.milliseconds(200)

  /// Compares what the parent was told with what is so.
  func noteChanges(at now: Moment) {
    if id.child == nil {
      let canStart = node.enter { $0.router.canStartSomething }
      if idleness.observe(canStart: canStart, at: now.uptime) { heartbeat.statusChanged(at: now.uptime) }
    } else if let toldStatus, toldStatus != currentStatus() {
      heartbeat.statusChanged(at: now.uptime)
    }
    guard let since = offerMayHaveChangedSince, now.uptime - since >= Self.offerGathering else { return }
    offerMayHaveChangedSince = nil
    let offer = currentOffer()
    switch toldOffer.map(offer.change(from:)) ?? .registration {
    case .none: break
    case .heartbeat: heartbeat.offerChanged(at: now.uptime)
    case .registration: registration.offerChanged(at: now.uptime)
    }
  }

  func beatIfDue(at now: Moment) {
    guard !isLeaving, let content = heartbeat.begin(at: now, parentTime: transport.parentTime()) else { return }
    if content == .full { toldOffer = currentOffer() }
    let message = currentHeartbeat(content, at: now)
    beating = spawn { await $0.beat(message) }
  }

  private func beat(_ message: Heartbeat) async {
    let generation = credentials.generation
    do {
      let reply = try await transport.sendHeartbeat(message)
      let now = node.clock.uptime
      heartbeat.answered(reply, at: now)
      credentials.proven(generation: generation, at: now)
      take(reply)
    } catch {
      heartbeatFailed(error, generation: generation)
    }
    advance()
  }

  private func take(_ reply: HeartbeatReply) {
    node.enter { node in
      if !reply.cancelTaskIDs.isEmpty {
        node.handle(.cancellationsArrived(taskIDs: reply.cancelTaskIDs, from: self.id))
      }
      for command in reply.commands { node.handle(.commandArrived(command, from: self.id)) }
    }
  }

  private func heartbeatFailed(_ error: TransportError, generation: Int) {
    guard state != .closed else { return }
    heartbeat.failed(error, at: node.clock.uptime, using: &random)
    switch error.kind {
    case .unauthorized, .forbidden:
      renewCredentials(generation: generation)
    case .unreachable, .interrupted, .timedOut, .notFound:
      interrupted(by: error)
    default:
      logger.info("A heartbeat failed", metadata: ["uplink": "\(id)", "error": "\(error)"])
    }
  }

  private func currentOffer() -> ToldOffer {
    guard isHere else { return .child(node.enter { $0.offerOfAbsent(self.transport.workerID) }) }
    guard let child = id.child else { return .node(node.enter { $0.offer() }) }
    return .child(node.enter { $0.offer(of: child) })
  }

  private func currentStatus() -> String {
    if isDraining || !isHere { return WorkerStatus.draining }
    guard let child = id.child else { return idleness.isIdle ? WorkerStatus.idle : WorkerStatus.busy }
    return node.enter { $0.router.childProfile(child)?.status } ?? WorkerStatus.idle
  }

  private func currentHeartbeat(_ content: HeartbeatSchedule.Content, at now: Moment) -> Heartbeat {
    let tasks = node.enter { $0.router.currentTaskIDs(for: self.id) }
    let usage = node.enter { $0.currentUsage(of: self.id.child) }
    let status = currentStatus()
    toldStatus = status
    var message = (toldOffer ?? currentOffer()).heartbeat(
      workerID: transport.workerID, status: status, usage: usage.flatMap { usageBand.worthTelling($0, at: now.uptime) },
      currentTasks: tasks, content: content)
    // In one turn with the tasks: what neither names did not arrive.
    if keepsLeases { leases.tell(in: &message) }
    return message
  }

  // MARK: Leaving

  func startDraining() {
    isDraining = true
    heartbeat.statusChanged(at: node.clock.uptime)
    advance()
  }

  /// A last word, so that the parent sends nothing more.
  func sayOffline() async {
    // An older word that is still on its way must not arrive after it.
    isLeaving = true
    await beating?.value
    // The child may have come back meanwhile.
    guard isLeaving, state == .connected else { return }
    // No other heartbeat follows.
    heartbeat.uplinkLost()
    let tasks = node.enter { $0.router.currentTaskIDs(for: self.id) }
    var message = Heartbeat(workerID: transport.workerID, status: WorkerStatus.offline)
    message.currentTasks = tasks
    _ = try? await transport.sendHeartbeat(message)
  }
}
