import HolonConfig
import HolonJournal
import HolonRouting
import Logging
import NIOCore
import NIOPosix
import RXON
import RXONHTTP
import RXONLZ4
import RXONLink

/// A node of the tree: a listener for its children and a transport to its parents.
///
/// The actor is pinned on one event loop, which also runs the connections of its children and parents: a call of a
/// child is decided and answered without leaving the thread. Decisions are the ``Router``'s, which is pure; this actor
/// performs them. Whatever stands after a `persist` waits for the journal's commit.
public actor HolonNode {
  nonisolated let loop: any EventLoop
  nonisolated let executor: EventLoopExecutor
  public nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

  nonisolated let group: MultiThreadedEventLoopGroup
  nonisolated let logger: Logger
  nonisolated let clock = NodeClock()

  var configuration: HolonConfiguration
  let journal: any Journal
  var router: Router
  var authenticator: ChildAuthenticator
  var admission: AdmissionControl

  /// Calls of children that wait for their answer.
  var calls: [CallID: ListenerCall] = [:]
  var lastCallNumber: UInt64 = 0
  var channels: [String: OpenChannel] = [:]
  var contents = ContentCache<TaskKey, RawJSON>(byteBudget: 64 << 20)

  /// In the configuration's order.
  var uplinks: [Uplink] = []
  var uplinkSelection: UplinkSelection
  /// Over all sessions.
  var openPolls = 0
  /// Children of which something happened that sessions of their own must look at.
  var noticedChildren: Set<String> = []
  /// Children whose polls are not all matched by polls at parents.
  var waitingChildren: Set<String> = []
  var listeners: [any Listener] = []
  /// Of all listeners, so that a child's newest link replaces its last one wherever that was opened.
  let linkSessions = LinkSessions()
  var statusServer: HTTPServer?
  var enrolment: EnrolmentDesk?
  var enrolmentServer: HTTPServer?
  /// By the files of the certificates.
  var renewals: [String: RenewalSchedule] = [:]
  var renewalTimer: Scheduled<Void>?
  var controlSocket: ControlSocket?

  var certificates = NodeCertificates()
  var certificateWatch: RepeatedTask?

  var counters = Counters()
  /// What compression saves, above and below.
  let uplinkCompression = CompressionStatistics()
  let childCompression = CompressionStatistics()
  var lifecycle = Lifecycle.running
  var wakeUp: (at: Duration, timer: Scheduled<Void>)?
  var uplinksNeedAttention = false
  var journalReports: Task<Void, Never>?
  /// Commits that actions wait for.
  var commitsUnderWay = 0
  var commitOrder = CommitOrder()
  var drainWaiter: CheckedContinuation<Void, Never>?
  var stopWaiters: [CheckedContinuation<Void, Never>] = []

  /// A child's command channel. Its credentials were good when it was opened, and stay so while it is open.
  struct OpenChannel {
    let channel: any CommandChannel
    /// Unix seconds.
    let openedAt: Int
  }

  enum Lifecycle: Sendable, Hashable {
    case running, draining, stopping, stopped
  }

  init(
    configuration: HolonConfiguration, journal: any Journal, group: MultiThreadedEventLoopGroup, logger: Logger
  ) {
    self.group = group
    let loop = group.next()
    self.loop = loop
    executor = EventLoopExecutor(loop)
    self.logger = logger
    self.configuration = configuration
    self.journal = journal
    router = Router(configuration: configuration.routerConfiguration)
    authenticator = ChildAuthenticator(
      configuration.children, access: ChildAccess(secret: ChildAccess.makeSecret()))
    admission = AdmissionControl(configuration.limits)
    uplinkSelection = configuration.uplinkSelection
  }

  /// The node's time, by its parents' clock where one is known.
  var now: Moment {
    clock.now(parentTime: uplinks.first?.wire.parentTime())
  }

  // MARK: Entering and deciding

  /// Runs `body` on the node's event loop, at once when already there.
  nonisolated func onLoop(_ body: @escaping @Sendable (isolated HolonNode) -> Void) {
    if loop.inEventLoop {
      assumeIsolated { body($0) }
    } else {
      loop.execute { self.assumeIsolated { body($0) } }
    }
  }

  /// Enters the node from something else on its event loop.
  nonisolated func enter<Success: Sendable>(_ body: (isolated HolonNode) -> Success) -> Success {
    assumeIsolated(body)
  }

  /// Tells the router what happened, and does what it says.
  func handle(_ event: RoutingEvent) {
    let moment = now
    let tookWork = router.takesWork
    let actions = router.handle(event, at: moment)
    notice(event, takesWorkAgain: router.takesWork && !tookWork)
    perform(actions)
    scheduleWakeUp(at: moment.uptime)
    attendToUplinks()
  }

  // MARK: Time

  private func scheduleWakeUp(at uptime: Duration) {
    guard let next = router.nextWakeUp else {
      wakeUp?.timer.cancel()
      wakeUp = nil
      return
    }
    if let wakeUp, wakeUp.at <= next { return }
    wakeUp?.timer.cancel()
    let delay = max(.zero, next - uptime)
    let timer: Scheduled<Void> = loop.scheduleTask(in: TimeAmount(delay)) { [weak self] in
      guard let self else { return }
      enter { $0.wokeUp() }
    }
    wakeUp = (next, timer)
  }

  private func wokeUp() {
    wakeUp = nil
    guard lifecycle != .stopped else { return }
    handle(.timePassed)
  }
}
