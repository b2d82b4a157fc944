public import HolonConfig
import HolonJournal
import HolonRouting
public import Logging
import NIOCore
import NIOPosix
import RXON
import RXONHTTP

/// Starting, draining and stopping.
extension HolonNode {
  /// Opens the journal, takes up what it holds, then listens, then dials.
  public static func start(
    configuration: HolonConfiguration, logger: Logger
  ) async throws(StartFailure) -> HolonNode {
    let journal = try openJournal(configuration.journal, logger: logger)
    let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
    let node = HolonNode(configuration: configuration, journal: journal, group: group, logger: logger)
    do throws(StartFailure) {
      try await node.takeUpJournal()
      try await node.listen()
    } catch {
      await node.stop()
      throw error
    }
    await node.dial()
    return node
  }

  private static func openJournal(
    _ settings: JournalConfiguration, logger: Logger
  ) throws(StartFailure) -> any Journal {
    do {
      return try SQLiteJournal(path: settings.path, options: settings.options { log($0, to: logger) })
    } catch {
      throw StartFailure(.environment, error.explanation(path: settings.path))
    }
  }

  /// Called on the journal's thread.
  private static func log(_ incident: JournalIncident, to logger: Logger) {
    switch incident {
    case .dropped(let kind, let subject, let reason):
      logger.error(
        "The journal is full: dropped an older item to the dead letters",
        metadata: ["kind": "\(kind.rawValue)", "subject": "\(subject)", "reason": "\(reason.rawValue)"])
    case .deadLettersRemoved(let count):
      logger.warning("Removed the oldest dead letters", metadata: ["count": "\(count)"])
    case .recordingDelayed(let failure):
      logger.error("The journal cannot be written; it is tried again", metadata: ["failure": "\(failure)"])
    case .recordingLost(let changes, let failure):
      logger.error(
        "The journal lost changes that nobody waited for",
        metadata: ["changes": "\(changes)", "failure": "\(failure)"])
    }
  }

  private func takeUpJournal() throws(StartFailure) {
    let snapshot: JournalSnapshot
    do {
      snapshot = try journal.restore()
    } catch {
      throw StartFailure(.environment, "The journal \(configuration.journal.path) cannot be read: \(error)")
    }
    uplinks = try makeUplinks(for: configuration.uplinks)
    router.restore(snapshot, at: now)
    for uplink in uplinks { uplink.enter { $0.restore(snapshot) } }
    warnOfOrphans(in: snapshot)
    logger.info(
      "Took up the journal",
      metadata: [
        "tasks": "\(snapshot.tasks.count)", "results": "\(snapshot.results.count)",
        "events": "\(snapshot.events.count)",
      ])
  }

  /// Results of an uplink that the configuration no longer has stay in the journal until it has it again.
  private func warnOfOrphans(in snapshot: JournalSnapshot) {
    let known = Set(uplinks.map(\.id))
    let orphans = snapshot.results.filter { !known.contains($0.uplink) }
    guard !orphans.isEmpty else { return }
    logger.warning(
      "The journal holds results for an uplink that is not configured",
      metadata: ["results": "\(orphans.count)", "uplinks": "\(Set(orphans.map(\.uplink.name)).sorted())"])
  }

  private func listen() async throws(StartFailure) {
    for settings in configuration.listen {
      let listener = HTTPListener(
        host: settings.url.host, port: settings.url.port ?? 80, group: loop, limits: settings.serverLimits)
      do {
        let url = try await listener.start(handler: self)
        listeners.append(listener)
        logger.info("Listening for children", metadata: ["url": "\(url)"])
      } catch {
        throw StartFailure(.environment, "\(error)")
      }
    }
    if let status = configuration.status {
      do {
        let url = try await startStatusServer(status)
        logger.info("Serving status", metadata: ["url": "\(url)"])
      } catch {
        throw StartFailure(.environment, "\(error)")
      }
    }
  }

  private func dial() {
    for uplink in uplinks { uplink.enter { $0.start() } }
  }

  /// Returns when the node has stopped.
  public func run() async {
    guard lifecycle != .stopped else { return }
    await withCheckedContinuation { stopWaiters.append($0) }
  }

  // MARK: Ending

  /// Takes no more work, lets what runs come to its end and flushes what waits, up to the configured limit; then stops.
  public func drain() async {
    guard lifecycle == .running else { return }
    lifecycle = .draining
    logger.info("Draining", metadata: ["limit": "\(configuration.drain.timeout)"])
    for uplink in uplinks { uplink.enter { $0.startDraining() } }
    handle(.drainStarted)
    let limit = ContinuousClock.now + configuration.drain.timeout
    while ContinuousClock.now < limit, lifecycle == .draining, !isDrained {
      try? await Task.sleep(for: .milliseconds(50))
    }
    if router.taskCounts.held > 0 || waitingResults > 0 {
      logger.warning(
        "Stopping with work left; it stays in the journal",
        metadata: ["tasks": "\(router.taskCounts.held)", "results": "\(waitingResults)"])
    }
    for uplink in uplinks { await uplink.sayOffline() }
    await stop()
  }

  private var waitingResults: Int {
    uplinks.reduce(0) { $0 + $1.enter { $0.report().waitingResults } }
  }

  /// Tasks that wait for a child go on waiting in the journal.
  private var isDrained: Bool {
    router.taskCounts.running == 0
      && uplinks.allSatisfy { $0.enter { $0.isFlushed && !$0.hasPollsToKeep } }
  }

  /// Ends at once. What is acknowledged is in the journal.
  public func stop() async {
    guard lifecycle == .running || lifecycle == .draining else { return }
    lifecycle = .stopping
    for listener in listeners { await listener.stop(grace: .milliseconds(200)) }
    for uplink in uplinks { await uplink.close() }
    await statusServer?.stop(grace: .zero)
    lifecycle = .stopped
    journal.close()
    logger.info("Stopped")
    for waiter in stopWaiters { waiter.resume() }
    stopWaiters = []
  }
}

extension TaskCounts {
  /// Tasks without a result.
  var held: Int { queued + running }
}

extension JournalFailure {
  /// One line that says what is wrong with the journal at `path` and what to do.
  func explanation(path: String) -> String {
    switch self {
    case .locked(let detail): "\(detail); stop that process, or give this node a journal of its own"
    case .unusable(let detail): "the journal \(path) cannot be used: \(detail)"
    case .full(let detail): "no room for the journal \(path): \(detail); make room on the disk"
    case .closed: "the journal \(path) is closed"
    case .other(let detail): "cannot open the journal \(path): \(detail)"
    }
  }
}
