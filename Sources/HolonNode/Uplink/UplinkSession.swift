import HolonRouting
import Logging
import NIOCore
import RXON
import RXONHTTP

/// What this node, or one of its children, is to one parent: registers, tells how it is, asks for tasks, delivers what
/// waits.
///
/// Lives on the node's event loop. `advance()` is its heart: called after everything that happens, it compares what
/// should be under way with what is, and starts the difference. Every call ends in another `advance()`.
actor UplinkSession {
  enum LinkState: String, Sendable, Hashable {
    case connecting
    case connected
    case disconnected = "backing_off"
    case closed
  }

  nonisolated let id: UplinkID
  nonisolated let url: String
  nonisolated let transport: any Transport
  nonisolated let logger: Logger
  nonisolated let settings: UplinkSettings
  /// Vouches for what is passed on; nil without a key.
  nonisolated let attester: ChainAttester?
  private nonisolated let executor: EventLoopExecutor
  nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }
  /// Lets go of its sessions when it stops.
  nonisolated let node: HolonNode

  var state = LinkState.connecting
  var lastError: String?
  /// Nothing goes out before.
  private var isStarted = false
  /// Whom it speaks for is here: this node always is, a child comes and goes.
  var isHere: Bool
  /// Says that the child is gone.
  var farewell: Task<Void, Never>?
  /// The parent takes nothing of a worker that it does not know: also one that is gone has to register.
  var mustRegister = false
  var isRegistering = false
  var isDraining = false
  /// The last word is being said, or was.
  var isLeaving = false
  var random = SystemRandomNumberGenerator()

  var registration = RegistrationSchedule()
  var heartbeat: HeartbeatSchedule
  var beating: Task<Void, Never>?
  var idleness = Idleness()
  /// What the parent was told last.
  var toldStatus: String?
  var usageBand = UsageDeadBand()
  var credentials = CredentialLadder()
  var renewal = TokenRenewal()
  /// What the parent was told last, and whether that may have changed.
  var toldOffer: ToldOffer?
  var offerMayHaveChangedSince: Duration?

  var polls = CallPacing()
  var openPolls = 0 {
    didSet { node.enter { [change = openPolls - oldValue] in $0.openPolls += change } }
  }
  var emptyPollsUntil: Duration?
  var leases: OpenLeases
  /// Tasks that are stored since the parent was last told of receipts.
  var receipts: [TaskReceipt] = []

  var outbox: Outbox
  var contents: ContentCache<OutboxID, OutboundMessage>
  var progress: [String: WorkerEventPayload] = [:]
  var isRelayingProgress = false

  var commands: Task<Void, Never>?
  private var wakeUp: (at: Duration, timer: Scheduled<Void>)?

  /// - Parameter isHere: see the property.
  init(
    _ settings: UplinkSettings, of id: UplinkID, isHere: Bool, transport: any Transport, attester: ChainAttester?,
    node: HolonNode, logger: Logger
  ) {
    self.id = id
    self.isHere = isHere
    url = settings.url
    self.transport = transport
    self.settings = settings
    self.attester = attester
    self.node = node
    executor = node.executor
    self.logger = logger
    heartbeat = HeartbeatSchedule(HeartbeatSchedule.Policy(interval: settings.heartbeat))
    leases = OpenLeases(run: String(random.next(), radix: 36))
    outbox = Outbox(limits: Outbox.Limits(window: UplinkSettings.deliveryWindow))
    // Of children there may be many.
    contents = ContentCache(byteBudget: id.child == nil ? 32 << 20 : 1 << 20)
  }

  /// By the parent's clock, as far as it is known.
  func clockNow() -> Moment {
    node.clock.now(parentTime: transport.parentTime())
  }

  /// Enters the session from something else on its event loop.
  nonisolated func enter<Success: Sendable>(_ body: (isolated UplinkSession) -> Success) -> Success {
    assumeIsolated(body)
  }

  /// Starts something that goes on beside this, without leaving the event loop.
  @discardableResult
  func spawn(_ operation: @escaping @Sendable (isolated UplinkSession) async -> Void) -> Task<Void, Never> {
    Task(executorPreference: executor) { await operation(self) }
  }

  func start() {
    isStarted = true
    if isHere {
      listenForCommands()
    } else {
      outbox.uplinkRestored(id, at: clockNow())
    }
    advance()
  }

  /// Starts whatever is due. Cheap when nothing is.
  func advance() {
    guard isStarted, state != .closed else { return }
    let now = clockNow()
    registerIfDue(at: now)
    if state == .connected {
      noteChanges(at: now)
      renewTokenIfDue(at: now)
      beatIfDue(at: now)
      confirmReceipts()
      relayWaitingProgress()
    }
    if mayDeliver { deliverWhatIsDue(at: now) }
    leaveIfDone()
    scheduleWakeUp(after: now)
    if isDraining { node.enter { $0.noteIfDrained() } }
  }

  /// Of one that is gone a parent takes what waits without a registration.
  private var mayDeliver: Bool {
    !credentials.isClimbing && (state == .connected || !isHere && farewell == nil)
  }

  private func scheduleWakeUp(after now: Moment) {
    guard let next = nextWakeUp(after: now) else { return }
    if let wakeUp, wakeUp.at <= next, wakeUp.at > now.uptime { return }
    wakeUp?.timer.cancel()
    let delay = TimeAmount(max(.milliseconds(1), next - now.uptime))
    let timer: Scheduled<Void> = executor.eventLoop.scheduleTask(in: delay) { [weak self] in
      guard let self else { return }
      enter { session in
        session.wakeUp = nil
        session.advance()
        // Polls may be allowed again, and those the node shares out.
        session.node.enter { $0.attend(to: session.id) }
      }
    }
    wakeUp = (next, timer)
  }

  private func nextWakeUp(after now: Moment) -> Duration? {
    guard state == .connected else {
      let times = [isHere || mustRegister ? registration.nextAttempt : nil, isHere ? nil : nextDelivery(after: now)]
      return times.lazy.compactMap(\.self).min()
    }
    let times = [
      registration.nextAttempt, heartbeat.nextAttempt, idleness.nextChange, nextRenewal,
      polls.nextChance(at: now.uptime),
      emptyPollsUntil.flatMap { $0 > now.uptime ? $0 : nil }, nextDelivery(after: now),
      offerMayHaveChangedSince.map { $0 + Self.offerGathering },
    ]
    return times.lazy.compactMap(\.self).min()
  }

  private func nextDelivery(after now: Moment) -> Duration? {
    credentials.isClimbing ? nil : outbox.nextWakeUp(for: id, at: now)
  }

  func close() async {
    guard state != .closed else { return }
    state = .closed
    wakeUp?.timer.cancel()
    commands?.cancel()
    await transport.close()
  }
}
