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
    let journal = try openJournal(configuration.journal)
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

  private static func openJournal(_ settings: JournalConfiguration) throws(StartFailure) -> any Journal {
    do {
      return try SQLiteJournal(settings)
    } catch {
      throw StartFailure(.environment, "\(error)")
    }
  }

  private func takeUpJournal() throws(StartFailure) {
    let snapshot: JournalSnapshot
    do {
      snapshot = try journal.restore()
    } catch {
      throw StartFailure(.environment, "The journal \(configuration.journal.path) cannot be read: \(error)")
    }
    uplinks = makeUplinks()
    perform(router.restore(snapshot, at: now))
    for uplink in uplinks { uplink.assumeIsolated { $0.restore(snapshot) } }
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
      let listener = HTTPListener(settings, loop: loop)
      do {
        let url = try await listener.start(handler: self)
        listeners.append(listener)
        logger.info("Listening for children", metadata: ["url": "\(url)"])
      } catch {
        throw StartFailure(.environment, Self.bindFailure(settings.url.description, error))
      }
    }
    if let status = configuration.status {
      do {
        let url = try await startStatusServer(status)
        logger.info("Serving status", metadata: ["url": "\(url)"])
      } catch {
        throw StartFailure(.environment, Self.bindFailure(status.url.description, error))
      }
    }
  }

  private static func bindFailure(_ url: String, _ error: any Error) -> String {
    guard let error = error as? IOError else { return "cannot listen on \(url): \(error)" }
    switch error.errnoCode {
    case EADDRINUSE:
      return "cannot listen on \(url): the port is in use; stop the other program or choose another port"
    case EACCES:
      return "cannot listen on \(url): not permitted; choose a port above 1023 or grant CAP_NET_BIND_SERVICE"
    case EADDRNOTAVAIL:
      return "cannot listen on \(url): this machine has no such address"
    default:
      return "cannot listen on \(url): \(error)"
    }
  }

  private func dial() {
    for uplink in uplinks { uplink.assumeIsolated { $0.start() } }
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
    for uplink in uplinks { uplink.assumeIsolated { $0.startDraining() } }
    handle(.drainStarted)
    let limit = ContinuousClock.now + configuration.drain.timeout
    while ContinuousClock.now < limit, lifecycle == .draining, !isDrained {
      try? await Task.sleep(for: .milliseconds(50))
    }
    if !isDrained {
      logger.warning(
        "Stopping with work left; it stays in the journal",
        metadata: ["tasks": "\(router.taskCounts.total)", "results": "\(waitingResults)"])
    }
    for uplink in uplinks { await uplink.sayOffline() }
    await stop()
  }

  private var waitingResults: Int {
    uplinks.reduce(0) { $0 + $1.assumeIsolated { $0.waitingResults } }
  }

  private var isDrained: Bool {
    router.taskCounts.total == 0
      && uplinks.allSatisfy { $0.assumeIsolated { $0.isFlushed } }
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
