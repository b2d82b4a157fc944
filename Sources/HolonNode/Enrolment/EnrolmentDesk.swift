import HolonConfig
import HolonPKI
import HolonRouting
import RXON

/// What a node needs to serve its authority, and what it remembers of those that asked. Lives on the node's loop.
struct EnrolmentDesk {
  let folder: AuthorityFolder
  let authority: CertificateAuthority
  /// Where enrolled nodes find their parent.
  let uplink: Endpoint
  /// Seconds.
  let certificateLife: Int

  /// Calls whose certificate is being made. Each waits for the disk.
  private(set) var pending = 0
  private static let mostPending = 16
  private var failures = FailureDelays()
  /// When an id's certificate was renewed last, by uptime.
  private var renewals: [String: Duration] = [:]
  private static let mostRenewals = 65_536

  init(folder: AuthorityFolder, authority: CertificateAuthority, uplink: Endpoint, certificateLife: Duration) {
    self.folder = folder
    self.authority = authority
    self.uplink = uplink
    self.certificateLife = Int(certificateLife.components.seconds)
  }

  /// - Returns: how long the caller has to wait; nil when it is let in, to be told ``finish(_:of:at:)`` later.
  mutating func begin(from address: String, at uptime: Duration) -> Duration? {
    guard pending < Self.mostPending else { return .seconds(1) }
    do throws(AdmissionRefusal) {
      try failures.expectNoDelay(of: "", at: address, uptime: uptime)
    } catch {
      return error.retryAfter
    }
    pending += 1
    return nil
  }

  mutating func finish(_ failure: PKIFailure?, of address: String, at uptime: Duration) {
    pending -= 1
    switch failure?.kind {
    case nil: failures.succeeded("", at: address, uptime: uptime)
    case .refused, .malformed: failures.failed("", at: address, uptime: uptime)
    default: break
    }
  }

  /// Keeps a node from filling the disk with records of certificates.
  /// - Returns: how long it has to wait; nil when its certificate may be renewed now.
  mutating func renewalDelay(of id: String, at uptime: Duration) -> Duration? {
    let pause = Duration.seconds(max(1, min(3600, certificateLife / 20)))
    if let last = renewals[id], uptime - last < pause { return pause - (uptime - last) }
    if renewals.count >= Self.mostRenewals {
      renewals = renewals.filter { uptime - $0.value < pause }
    }
    return nil
  }

  mutating func renewed(_ id: String, at uptime: Duration) {
    renewals[id] = uptime
  }
}
