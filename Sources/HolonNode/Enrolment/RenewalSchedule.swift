import HolonPKI
import HolonRouting

/// When the certificate of an uplink is to be renewed. Pure; wall clock for its life, uptime for the pauses.
struct RenewalSchedule: Sendable {
  /// Of the certificate that is in use.
  private(set) var serial: String?
  private var dueAt = Int.max
  private var backOff: BackOff
  private var notBefore = Duration.zero
  /// An attempt is under way.
  private(set) var isRunning = false

  init() {
    backOff = BackOff()
  }

  /// Takes note of the certificate that is on disk now.
  /// - Parameter share: 0 to 1, see ``CertificateLife/renewal(of:share:)``.
  mutating func observe(_ certificate: Certificate, share: Double) {
    guard certificate.serial != serial else { return }
    serial = certificate.serial
    dueAt = CertificateLife.renewal(of: certificate, share: share)
    backOff = BackOff(Self.policy(remaining: certificate.notAfter - dueAt))
    notBefore = .zero
  }

  /// The pauses fit many times into what is left of the life.
  private static func policy(remaining: Int) -> BackOff.Policy {
    BackOff.Policy(
      base: .seconds(max(1, min(60, remaining / 50))), cap: .seconds(max(1, min(3600, remaining / 8))))
  }

  /// - Returns: how long until an attempt is due, zero when one is; nil while one is under way.
  func wait(at unixSeconds: Int, uptime: Duration) -> Duration? {
    guard !isRunning, serial != nil else { return nil }
    return max(.zero, .seconds(max(0, dueAt - unixSeconds)), notBefore - uptime)
  }

  /// The shortest pause between attempts.
  var leastPause: Duration { backOff.policy.base }

  mutating func begin() {
    isRunning = true
  }

  mutating func succeeded() {
    isRunning = false
  }

  /// - Returns: how long until the next attempt.
  mutating func failed(at uptime: Duration, using random: inout some RandomNumberGenerator) -> Duration {
    isRunning = false
    let delay = backOff.failed(at: uptime, using: &random)
    notBefore = uptime + delay
    return delay
  }
}
