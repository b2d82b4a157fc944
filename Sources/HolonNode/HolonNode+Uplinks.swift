import HolonConfig
import HolonRouting
import Logging
import RXON
import RXONHTTP
import RXONSignatures
import RXONTLS

/// Serving the links to the parents.
extension HolonNode {
  func makeUplinks(for uplinks: [UplinkConfiguration]) throws(StartFailure) -> [UplinkSession] {
    var sessions: [UplinkSession] = []
    for uplink in uplinks {
      let transport: any Transport
      let options = try transportOptions(for: uplink)
      do throws(TransportError) {
        transport = try HTTPTransport(
          url: "\(uplink.url)", workerID: configuration.id, token: uplink.token?.exposed ?? "", group: loop,
          options: options)
      } catch {
        throw StartFailure(.configuration, "uplink \(uplink.name): \(error.message)")
      }
      sessions.append(
        UplinkSession(UplinkSettings(uplink), transport: transport, node: self, logger: logger))
    }
    return sessions
  }

  private func transportOptions(for uplink: UplinkConfiguration) throws(StartFailure) -> HTTPTransportOptions {
    var options = HTTPTransportOptions()
    options.pollConnections = uplink.maxPolls
    options.connections = uplink.maxPolls + UplinkSettings.deliveryWindow + 4
    guard let tls = uplink.tls else { return options }
    do throws(TLSConfigurationError) {
      options.tls = try certificates.dial(tls, to: "uplink \(uplink.name)")
    } catch {
      throw StartFailure(.configuration, "uplink \(uplink.name): \(error.message)")
    }
    return options
  }

  // MARK: Demand

  /// Opens as many polls as there is a use for tasks, no more (promise 6).
  func openPollsOnDemand() {
    guard lifecycle == .running else { return }
    let moment = now
    let open = uplinks.reduce(0) { $0 + $1.enter { $0.openPolls } }
    let most = uplinks.lazy.map { self.router.demand(for: $0.id).count }.max() ?? 0
    guard most > open else { return }
    let shares = uplinkSelection.allot(most - open, at: moment.uptime) { uplink in
      session(of: uplink)?.enter { $0.pollRoom(at: moment) } ?? 0
    }
    for share in shares {
      let demand = router.demand(for: share.uplink)
      session(of: share.uplink)?.enter { $0.openPolls(share.polls, for: demand, at: moment) }
    }
  }

  func uplinkChanged(_ uplink: UplinkID, isAvailable: Bool) {
    uplinkSelection.set(uplink, available: isAvailable, at: clock.uptime)
    attendToUplinks()
  }

  // MARK: What the parents are told

  /// What the children offer together.
  func offer() -> Offer {
    Offer.aggregate(
      children: router.liveRegistrations, nodeID: configuration.id, version: HolonVersion.current,
      ownCapabilities: WorkerCapabilities(hostname: HostName.current)
    ) { bytes in hexadecimal(SHA256Digest.hash(bytes)) }
  }

  /// The load of the children's machines, as the children told it: the mean of processors, the sum of memory.
  func currentUsage() -> ResourcesUsage? {
    let usages = router.childProfiles.compactMap(\.usage)
    guard !usages.isEmpty else { return nil }
    return ResourcesUsage(
      cpuLoadPercent: usages.reduce(0) { $0 + $1.cpuLoadPercent } / Double(usages.count),
      ramUsedGB: usages.reduce(0) { $0 + $1.ramUsedGB })
  }

  // MARK: Tasks on their way in

  func take(_ task: PolledTask, from uplink: UplinkID) {
    let key = TaskKey(jobID: task.payload.jobID, taskID: task.payload.taskID)
    if let defect = task.defect {
      refuse(task, from: uplink, .invalidInput, defect)
      return
    }
    if let refusal = refusal(of: task) {
      refuse(task, from: uplink, .security, refusal)
      return
    }
    contents.insert(task.json, for: key, bytes: task.json.count)
    handle(.taskArrived(task, from: uplink))
  }

  private func refuse(_ task: PolledTask, from uplink: UplinkID, _ code: ErrorCode, _ reason: String) {
    counters.add("tasks_refused", label: code.rawValue)
    logger.error(
      "Refused a task", metadata: ["task": "\(task.payload.taskID)", "code": "\(code)", "reason": "\(reason)"])
    handle(.taskRefused(task, from: uplink, code, reason: reason))
  }

  /// Why a task's signature does not do; nil when it does.
  private func refusal(of task: PolledTask) -> String? {
    let policy = configuration.tasks
    guard policy.verification != .off, let secret = policy.secret else { return nil }
    if task.payload.sig == nil {
      return policy.verification == .required ? "the task is not signed" : nil
    }
    do throws(SignatureError) {
      try TaskSignature.verify(task.json, with: HMACSecret(secret.exposed))
      return nil
    } catch {
      return "the task's signature is wrong"
    }
  }

  // MARK: Reports

  func report(_ incident: OutboxIncident, uplink: UplinkID) {
    switch incident {
    case .delivered:
      counters.add("deliveries", label: "accepted")
    case .ignored(let id, let reason):
      counters.add("deliveries", label: "ignored")
      logger.info(
        "The parent ignored a delivery", metadata: ["item": "\(id)", "reason": "\(reason)", "uplink": "\(uplink.name)"])
    case .deliveryFailed(let id, let kind, let attempt):
      counters.add("delivery_failures", label: kind.rawValue)
      logger.info(
        "A delivery failed",
        metadata: ["item": "\(id)", "kind": "\(kind)", "attempt": "\(attempt)", "uplink": "\(uplink.name)"])
    case .calledDuplicate(let id, let times):
      counters.add("delivery_failures", label: "duplicate")
      logger.info("The parent called a delivery a replay", metadata: ["item": "\(id)", "times": "\(times)"])
    case .forbidden(let id, let times):
      counters.add("delivery_failures", label: "forbidden")
      logger.error(
        "The parent forbids a delivery",
        metadata: ["item": "\(id)", "times": "\(times)", "uplink": "\(uplink.name)"])
    case .rateLimited(_, let kind):
      counters.add("rate_limited", label: kind.rawValue)
      logger.info("The parent limits deliveries", metadata: ["kind": "\(kind)", "uplink": "\(uplink.name)"])
    case .tooLarge(let id, let bytes):
      counters.add("results_too_large")
      logger.error("The parent takes no result of this size", metadata: ["item": "\(id)", "bytes": "\(bytes)"])
    case .deadLettered(let id, let reason):
      counters.add("dead_letters", label: reason.rawValue)
      logger.error("Gave a delivery up", metadata: ["item": "\(id)", "reason": "\(reason.rawValue)"])
    }
  }
}
