public import HolonConfig
import HolonRouting
import Logging
import RXON

/// Taking a new configuration over without a restart.
extension HolonNode {
  /// Takes over what can change while the node runs: children's credentials and limits, routes, tasks, uplinks.
  ///
  /// - Throws: ``StartFailure`` when something changed that needs a restart; then nothing was taken over.
  public func reload(_ new: HolonConfiguration) async throws(StartFailure) {
    try refuseFixedChanges(in: new)
    let (old, oldCertificates) = (configuration, certificates)
    configuration = new
    do throws(StartFailure) {
      try await exchangeUplinks(from: old)
    } catch {
      configuration = old
      certificates = oldCertificates
      throw error
    }
    authenticator.adopt(new.children)
    closeUnprovenChannels()
    lookAtCertificates()
    renewCertificatesIfDue()
    admission.adopt(new.limits)
    attendToUplinks()
  }

  private func refuseFixedChanges(in new: HolonConfiguration) throws(StartFailure) {
    let changed = [
      ("id", new.id != configuration.id), ("listen", new.listen != configuration.listen),
      ("journal", new.journal != configuration.journal), ("status", new.status != configuration.status),
      ("pki", new.pki != configuration.pki), ("openssl", new.openSSL != configuration.openSSL),
      ("limits.remembered", new.limits.remembered != configuration.limits.remembered),
      (
        "limits.connections_per_child",
        new.limits.connectionsPerChild != configuration.limits.connectionsPerChild
      ),
    ].filter(\.1).map(\.0)
    guard changed.isEmpty else {
      throw StartFailure(
        .configuration, "\(changed.joined(separator: ", ")) cannot change while the node runs: restart it")
    }
  }

  /// Uplinks that are as before stay connected; others are closed, and opened with what the journal holds for them.
  private func exchangeUplinks(from old: HolonConfiguration) async throws(StartFailure) {
    let unchanged = configuration.signing == old.signing ? Set(configuration.uplinks).intersection(old.uplinks) : []
    let kept = uplinks.filter { unchanged.contains($0.configuration) }
    let leaving = uplinks.filter { !unchanged.contains($0.configuration) }
    var fresh = try makeUplinks(for: configuration.uplinks.filter { !unchanged.contains($0) })
    let snapshot: JournalSnapshot
    do {
      snapshot = fresh.isEmpty && leaving.isEmpty ? JournalSnapshot() : try journal.restore()
    } catch {
      throw StartFailure(.environment, error.explanation(path: configuration.journal.path))
    }
    for place in fresh.indices { makeSessions(over: &fresh[place], for: snapshot) }
    let order = configuration.uplinks.map(\.name)
    uplinks = (kept + fresh).sorted {
      (order.firstIndex(of: $0.id.name) ?? 0) < (order.firstIndex(of: $1.id.name) ?? 0)
    }
    warnOfOrphans(in: snapshot)
    router.reconfigure(configuration.routerConfiguration)
    uplinkSelection = configuration.uplinkSelection
    for uplink in kept where !uplink.connected.isEmpty {
      uplinkSelection.set(uplink.id, available: true, at: clock.uptime)
    }
    for gone in old.uplinks where !configuration.uplinks.contains(where: { $0.name == gone.name && $0.tls != nil }) {
      certificates.forget("uplink \(gone.name)")
    }
    for uplink in leaving {
      logger.info("Closing an uplink that changed", metadata: ["uplink": "\(uplink.id)"])
      // Before the first words of the new ones.
      await sayOffline(uplink.workers(leavingFor: fresh))
      await close([uplink])
    }
    for uplink in fresh {
      for session in uplink.sessions.values { session.enter { $0.start() } }
    }
  }
}
