import HolonConfig
import Logging
import NIOCore
import RXONTLS

/// Keeping up with the files of certificates.
extension HolonNode {
  /// How often the files are looked at.
  private static let watchInterval = TimeAmount.seconds(5)

  func startWatchingCertificates() {
    guard certificateWatch == nil else { return }
    warnOfExpiry()
    certificateWatch = loop.scheduleRepeatedTask(
      initialDelay: Self.watchInterval, delay: Self.watchInterval
    ) { [weak self] task in
      guard let self else {
        task.cancel()
        return
      }
      enter { $0.lookAtCertificates() }
    }
  }

  func stopWatchingCertificates() {
    certificateWatch?.cancel()
    certificateWatch = nil
  }

  /// Takes over files that have changed. New connections are made with them; those that are open go on as they are.
  func lookAtCertificates() {
    for change in certificates.reloadChanged() {
      if let failure = change.failure {
        counters.add("certificate_reloads", label: "failed")
        logger.error(
          "Kept the certificates as they were", metadata: ["for": "\(change.subject)", "fault": "\(failure.message)"])
      } else {
        counters.add("certificate_reloads", label: "done")
        logger.notice("Took over changed certificates", metadata: ["for": "\(change.subject)"])
      }
    }
    warnOfExpiry()
  }

  private func warnOfExpiry() {
    let now = NodeClock.unixSeconds()
    for notice in certificates.expiring(at: now) {
      let hours = (notice.expires - now) / 3600
      let metadata: Logger.Metadata = ["for": "\(notice.subject)", "hours": "\(hours)"]
      switch notice.urgency {
      case .month: logger.notice("A certificate ends within 30 days", metadata: metadata)
      case .week: logger.warning("A certificate ends within 7 days", metadata: metadata)
      case .day: logger.error("A certificate ends within a day", metadata: metadata)
      case .over: logger.error("A certificate has ended; peers refuse it", metadata: metadata)
      }
    }
  }
}
