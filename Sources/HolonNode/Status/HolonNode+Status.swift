import HolonConfig
import HolonRouting
import RXON
import RXONHTTP
import RXONTLS

/// Telling how the node is.
extension HolonNode {
  func startStatusServer(_ settings: StatusConfiguration, tls: TLSServerContexts?) async throws -> String {
    let server = HTTPServer(
      host: settings.url.host, port: settings.url.port ?? 80, group: loop, tls: tls,
      responder: StatusResponder(node: self, token: settings.token))
    let port = try await server.start()
    statusServer = server
    return "\(settings.url.scheme)://\(settings.url.host):\(port)"
  }

  /// The node listens and is known to a parent; a root listens.
  var isReady: Bool {
    lifecycle == .running && (uplinks.isEmpty || uplinks.contains(where: \.isReady))
  }

  /// Why the node is not ready, for a person.
  var unreadiness: String {
    guard lifecycle == .running else { return "draining" }
    let errors = uplinks.compactMap { $0.report().lastError }
    return errors.isEmpty ? "no uplink is connected yet" : "no uplink is connected: \(errors.joined(separator: "; "))"
  }

  func statusReport() -> StatusReport {
    let counts = router.taskCounts
    return StatusReport(
      id: configuration.id, version: HolonVersion.current, uptimeSeconds: Int(clock.uptime.components.seconds),
      isDraining: lifecycle == .draining, isReady: isReady,
      uplinks: uplinks.map { $0.report() },
      children: router.childProfiles.map(report(of:)), tasksQueued: counts.queued, tasksRunning: counts.running,
      certificates: certificates.expiries.map { StatusReport.Certificate(subject: $0.subject, expires: $0.expires) },
      compression: [
        StatusReport.Compression(side: "uplink", statistics: uplinkCompression),
        StatusReport.Compression(side: "child", statistics: childCompression),
      ],
      journal: journal.usage(), counters: counters)
  }

  private func report(of child: ChildProfile) -> StatusReport.Child {
    StatusReport.Child(
      id: child.id, status: child.status ?? WorkerStatus.idle,
      skills: child.registration.supportedSkills?.map(\.name) ?? [], running: child.running.map(\.taskID),
      parkedPolls: child.parkedPolls, isConnected: child.parkedPolls > 0 || child.isCommandChannelOpen,
      isCommandChannelOpen: child.isCommandChannelOpen, isHolon: child.isHolon)
  }
}
