public import HolonConfig
import HolonJournal
import HolonPKI
import HolonRouting
public import Logging
import NIOCore
import NIOPosix
import RXON
import RXONGRPC
import RXONHTTP
import RXONTLS

/// Starting, draining and stopping.
extension HolonNode {
  /// Opens the journal, takes up what it holds, then listens, then dials.
  public static func start(
    configuration: HolonConfiguration, logger: Logger
  ) async throws(StartFailure) -> HolonNode {
    try loadProviders(configuration.openSSL)
    let (incidents, reporter) = AsyncStream<JournalIncident>.makeStream(bufferingPolicy: .bufferingNewest(65_536))
    let journal = try openJournal(configuration, reporter)
    let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
    let node = HolonNode(configuration: configuration, journal: journal, group: group, logger: logger)
    do throws(StartFailure) {
      try await node.takeUpJournal(incidents)
      try await node.listen()
      await node.openControlSocket()
    } catch {
      await node.stop()
      throw error
    }
    await node.dial()
    return node
  }

  private static func loadProviders(_ settings: OpenSSLConfiguration) throws(StartFailure) {
    guard !settings.providers.isEmpty else { return }
    do throws(TLSConfigurationError) {
      try OpenSSLProviders.load(settings.providers)
    } catch {
      throw StartFailure(.configuration, "openssl.providers: \(error.message)")
    }
  }

  private func listen() async throws(StartFailure) {
    if let pki = configuration.pki { try openEnrolment(pki) }
    let extensions: [String: any HTTPResponder] =
      enrolment == nil ? [:] : [EnrolmentRequest.renewPath: RenewalResponder(node: self)]
    for settings in configuration.listen {
      let listener = try makeListener(settings, extensions)
      do {
        let url = try await listener.start(handler: self)
        listeners.append(listener)
        logger.info("Listening for children", metadata: ["url": "\(url)"])
      } catch {
        throw StartFailure(.environment, "\(error)")
      }
    }
    if let status = configuration.status {
      let tls = try contexts(status.tls, for: "status", at: status.url)
      do {
        let url = try await startStatusServer(status, tls: tls)
        logger.info("Serving status", metadata: ["url": "\(url)"])
      } catch {
        throw StartFailure(.environment, "\(error)")
      }
    }
    if let pki = configuration.pki {
      let url = try await startEnrolmentServer(pki)
      logger.info("Taking in invited nodes", metadata: ["url": "\(url)"])
    }
    startWatchingCertificates()
  }

  private func makeListener(
    _ settings: ListenConfiguration, _ extensions: [String: any HTTPResponder]
  ) throws(StartFailure) -> any Listener {
    let limits = settings.serverLimits(connectionsPerChild: configuration.limits.connectionsPerChild)
    let tls = try contexts(settings.tls, for: "listen", at: settings.url)
    let compression = settings.compression == .lz4 ? childCompression : nil
    let refused: @Sendable (HTTPRefusal) -> Void = { [weak self] refusal in self?.onLoop { $0.refused(refusal) } }
    #if GRPC
      if settings.url.scheme.hasPrefix("grpc") {
        return GRPCListener(
          host: settings.url.host, port: settings.url.port ?? 80, group: loop, limits: limits, tls: tls,
          compression: compression, linkSessions: linkSessions, refused: refused)
      }
    #endif
    return HTTPListener(
      host: settings.url.host, port: settings.url.port ?? 80, group: loop, limits: limits, tls: tls,
      compression: compression, linkSessions: linkSessions, extensions: extensions, refused: refused)
  }

  private func contexts(
    _ settings: ServerTLSConfiguration?, for purpose: String, at url: Endpoint
  ) throws(StartFailure) -> TLSServerContexts? {
    guard let settings else { return nil }
    let subject = "\(purpose) \(url)"
    do throws(TLSConfigurationError) {
      return try certificates.serve(settings, at: subject, protocols: url.applicationProtocols)
    } catch {
      throw StartFailure(.configuration, "\(subject): \(error.message)")
    }
  }

  private func dial() {
    for session in sessions { session.enter { $0.start() } }
    renewCertificatesIfDue()
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
    for session in sessions { session.enter { $0.startDraining() } }
    handle(.drainStarted)
    await untilDrained()
    guard lifecycle == .draining else { return }
    if router.taskCounts.held > 0 || waitingResults > 0 {
      logger.warning(
        "Stopping with work left; it stays in the journal",
        metadata: ["tasks": "\(router.taskCounts.held)", "results": "\(waitingResults)"])
    }
    await sayOffline(sessions)
    await stop()
  }

  /// Returns when nothing is left to wait for, when the configured time is over, or when the node is stopped.
  private func untilDrained() async {
    let limit: Scheduled<Void> = loop.scheduleTask(in: TimeAmount(configuration.drain.timeout)) { [weak self] in
      guard let self else { return }
      enter { $0.endWaitForDrain() }
    }
    await withCheckedContinuation { continuation in
      drainWaiter = continuation
      noteIfDrained()
    }
    limit.cancel()
  }

  /// To be called after anything that may have been the last thing to wait for.
  func noteIfDrained() {
    if drainWaiter != nil, isDrained { endWaitForDrain() }
  }

  private func endWaitForDrain() {
    drainWaiter?.resume()
    drainWaiter = nil
  }

  private var waitingResults: Int {
    sessions.reduce(0) { $0 + $1.enter { $0.report().waitingResults } }
  }

  /// Tasks that wait for a child go on waiting in the journal. What is being stored now may be a result, which has to be
  /// delivered then.
  private var isDrained: Bool {
    router.taskCounts.running == 0 && commitsUnderWay == 0
      && sessions.allSatisfy { $0.enter { $0.isFlushed && !$0.hasPollsToKeep } }
  }

  /// Last words to all parents at once: one that does not answer keeps no other from hearing.
  func sayOffline(_ sessions: [UplinkSession]) async {
    let farewells = sessions.map { session in session.enter { $0.spawn { await $0.sayOffline() } } }
    for farewell in farewells { await farewell.value }
  }

  func close(_ uplinks: [Uplink]) async {
    for uplink in uplinks {
      for session in uplink.sessions.values { await session.close() }
      await uplink.wire.close()
    }
  }

  /// Ends at once. What is acknowledged is in the journal.
  public func stop() async {
    guard lifecycle == .running || lifecycle == .draining else { return }
    lifecycle = .stopping
    endWaitForDrain()
    stopWatchingCertificates()
    renewalTimer?.cancel()
    for listener in listeners { await listener.stop(grace: .milliseconds(200)) }
    await close(uplinks)
    uplinks = []
    await statusServer?.stop(grace: .zero)
    await enrolmentServer?.stop(grace: .zero)
    await controlSocket?.close()
    lifecycle = .stopped
    journal.close()
    journalReports?.cancel()
    logger.info("Stopped")
    for waiter in stopWaiters { waiter.resume() }
    stopWaiters = []
  }
}

extension TaskCounts {
  /// Tasks without a result.
  var held: Int { queued + running }
}
