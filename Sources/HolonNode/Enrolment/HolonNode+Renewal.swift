import HolonConfig
import HolonPKI
import HolonRouting
import Logging
import NIOCore
import NIOPosix
import RXON

/// Keeping the certificates of the uplinks from ending. Nothing here stops the node: what fails is tried again.
extension HolonNode {
  /// Files are looked at this often, for those that somebody else exchanged and clocks that were set.
  private static let longestWait = Duration.seconds(60)

  /// Looks at the certificates' lives, renews what is due, and comes back when something will be. Reads one small file
  /// for each uplink with a certificate.
  func renewCertificatesIfDue() {
    renewalTimer?.cancel()
    guard lifecycle == .running else { return }
    var next = Self.longestWait
    var files: Set<String> = []
    for uplink in configuration.uplinks {
      guard let renewal = CertificateRenewal(uplink), files.insert(renewal.identity.certificate).inserted else {
        continue
      }
      if let wait = renewIfDue(renewal, of: uplink.name) { next = min(next, wait) }
    }
    renewals = renewals.filter { files.contains($0.key) || $0.value.isRunning }
    renewalTimer = loop.scheduleTask(in: TimeAmount(max(next, .milliseconds(100)))) { [weak self] in
      guard let self else { return }
      enter { $0.renewCertificatesIfDue() }
    }
  }

  /// - Returns: how long until there is something to do; nil when that is not known.
  private func renewIfDue(_ renewal: CertificateRenewal, of uplink: String) -> Duration? {
    guard let certificate = try? renewal.presentCertificate() else { return nil }
    let file = renewal.identity.certificate
    var schedule = renewals[file] ?? RenewalSchedule()
    schedule.observe(certificate, share: Double.random(in: 0...1))
    renewals[file] = schedule
    guard let wait = schedule.wait(at: NodeClock.unixSeconds(), uptime: clock.uptime) else { return nil }
    guard wait == .zero else { return wait }
    // An orchestrator that is no Holon knows nothing of it; before the first registration nobody knows.
    guard uplinks.contains(where: { $0.configuration.name == uplink && $0.isParentHolon }) else {
      return schedule.leastPause
    }
    renewals[file]?.begin()
    renew(renewal, of: uplink)
    return nil
  }

  private func renew(_ renewal: CertificateRenewal, of uplink: String) {
    Task(executorPreference: executor) {
      let outcome: Result<Certificate, PKIFailure>
      do throws(PKIFailure) {
        let preparation = try await Self.offLoop { () throws(PKIFailure) in try renewal.prepare() }
        let answer = try await renewal.ask(preparation)
        outcome = .success(
          try await Self.offLoop { () throws(PKIFailure) in try renewal.install(answer, preparation) })
      } catch {
        outcome = .failure(error)
      }
      self.onLoop { $0.renewed(renewal, of: uplink, outcome) }
    }
  }

  /// Runs what waits for the disk on a thread that may.
  private static func offLoop<Value: Sendable>(
    _ body: @escaping @Sendable () throws(PKIFailure) -> Value
  ) async throws(PKIFailure) -> Value {
    let outcome: Result<Value, PKIFailure> = await withCheckedContinuation { continuation in
      NIOThreadPool.singleton.submit { state in
        switch state {
        case .active: continuation.resume(returning: Result(catching: body))
        case .cancelled: continuation.resume(returning: .failure(PKIFailure(.storage, "the node is stopping")))
        }
      }
    }
    return try outcome.get()
  }

  private func renewed(
    _ renewal: CertificateRenewal, of uplink: String, _ outcome: Result<Certificate, PKIFailure>
  ) {
    let file = renewal.identity.certificate
    switch outcome {
    case .success(let certificate):
      renewals[file]?.succeeded()
      counters.add("certificate_renewals", label: "done")
      logger.notice(
        "Renewed a certificate",
        metadata: ["file": "\(file)", "uplink": "\(uplink)", "serial": "\(certificate.serial)"])
      lookAtCertificates()
    case .failure(let failure):
      var random = SystemRandomNumberGenerator()
      let delay = renewals[file]?.failed(at: clock.uptime, using: &random)
      counters.add("certificate_renewals", label: "failed")
      logger.warning(
        "Could not renew a certificate",
        metadata: [
          "file": "\(file)", "uplink": "\(uplink)", "reason": "\(failure.message)",
          "again_in_seconds": "\(delay?.components.seconds ?? 0)",
        ])
    }
    renewCertificatesIfDue()
  }
}
