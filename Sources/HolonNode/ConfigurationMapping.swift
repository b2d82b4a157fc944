import HolonConfig
import HolonJournal
import HolonRouting
import NIOCore
import RXONHTTP
import RXONSignatures

// The configuration in the words of the modules that it configures.

extension HolonConfiguration {
  var routerConfiguration: RouterConfiguration {
    var router = RouterConfiguration(
      nodeID: id,
      uplinks: uplinks.map { UplinkID($0.name) },
      routes: routes.map { route in
        HolonRouting.Route(
          skill: HolonRouting.SkillPattern(route.skill.text), strategy: RoutingStrategy(route.strategy))
      },
      whenUnable: tasks.unroutable == .wait ? .wait : .giveBack,
      maximumDepth: limits.maxDepth,
      childTimeout: children.timeout,
      childGrace: children.grace,
      maximumAttempts: tasks.maxAttempts,
      maximumChildren: limits.maxChildren,
      maximumPollWait: limits.maxPollWait,
      maximumQueuedTasks: tasks.maxQueued,
      deduplicationKeys: limits.remembered)
    router.prefetchOfUplink = Dictionary(
      uplinks.map { (UplinkID($0.name), $0.prefetch) }, uniquingKeysWith: { first, _ in first })
    router.childNaming = Dictionary(
      uplinks.compactMap { uplink in uplink.childNaming.map { (UplinkID(uplink.name), $0) } },
      uniquingKeysWith: { first, _ in first })
    return router
  }

  var uplinkSelection: UplinkSelection {
    UplinkSelection(
      uplinkPolicy == .failover ? .failover : .weightedRoundRobin,
      uplinks.map { UplinkSelection.Candidate(UplinkID($0.name), weight: $0.weight) })
  }
}

extension UplinkConfiguration {
  /// Nil where the node stands for all its children.
  var childNaming: ChildNaming? {
    mode == .transparent ? ChildNaming(prefix: childPrefix) : nil
  }
}

extension RoutingStrategy {
  init(_ strategy: RouteConfiguration.Strategy) {
    self =
      switch strategy {
      case .default: .standard
      case .roundRobin: .roundRobin
      case .leastConnections: .leastConnections
      case .cheapest: .cheapest
      case .bestValue: .bestValue
      case .overflow: .overflow
      }
  }
}

extension ListenConfiguration {
  func serverLimits(connectionsPerChild: Int) -> HTTPServerLimits {
    var limits = HTTPServerLimits()
    limits.bodySize = maxBody
    limits.connections = maxConnections
    limits.connectionsPerAddress = maxConnectionsPerAddress
    limits.connectionsPerClient = connectionsPerChild
    limits.bodyTimeout = TimeAmount(bodyTimeout)
    limits.minimumBodyRate = minBodyRate
    limits.headerTimeout = TimeAmount(headerTimeout)
    limits.idleTimeout = TimeAmount(idleTimeout)
    return limits
  }
}

extension ChildrenConfiguration {
  var chainVerification: ChainVerification {
    // Each was read when the configuration was.
    ChainVerification(keys: publicKeys.compactMapValues { try? Ed25519PublicKey(pem: $0) })
  }

  /// The token of a child: its own where it has one, else the global one.
  func secret(of workerID: String) -> String? {
    (tokens[workerID] ?? token)?.exposed
  }
}

extension TaskConfiguration {
  /// Each may have signed a task.
  var verifiers: [any Verifier] {
    let key: (any Verifier)? = publicKey.flatMap { try? Ed25519PublicKey(pem: $0) }
    return (secret.map { [HMACSecret($0.exposed)] } ?? []) + (key.map { [$0] } ?? [])
  }
}

extension JournalConfiguration {
  func options(remembered: Int, report: @escaping @Sendable (JournalIncident) -> Void) -> JournalOptions {
    JournalOptions(
      limits: JournalLimits(
        maximumBytes: maxBytes, maximumTasks: maxTasks, taskPolicy: JournalLimits.Policy(policies.tasks),
        maximumEvents: maxEvents, eventPolicy: JournalLimits.Policy(policies.events), maximumResults: maxResults,
        maximumDeadLetters: maxDeadLetters, rememberedRows: remembered),
      compressOver: compressOver, report: report)
  }
}

extension JournalLimits.Policy {
  init(_ policy: JournalConfiguration.Policy) {
    self =
      switch policy {
      case .reject: .reject
      case .dropOldest: .dropOldest
      case .dropLowestPriority: .dropLowestPriority
      }
  }
}
