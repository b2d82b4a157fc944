import Glibc
import HolonConfig
import HolonNode
import RXONTLS

/// Whether certificates can be used, and for how long.
enum CertificateProbe {
  private static let day = 86_400

  /// What the node shows to those that dial in.
  static func inspect(_ settings: ServerTLSConfiguration, subject: String) -> [Finding] {
    let subject = "\(subject): certificate"
    do throws(TLSConfigurationError) {
      return expiry(try TLSServerContext(TLSServerOptions(settings)).certificates.first, subject).map { [$0] } ?? []
    } catch {
      return [.failure(subject, error.message, remedy: "mend the tls settings")]
    }
  }

  /// - Returns: nil without a certificate.
  static func expiry(_ certificate: TLSCertificate?, _ subject: String) -> Finding? {
    guard let certificate else { return nil }
    let left = Int(certificate.notAfter) - time(nil)
    let end = Timestamp.text(unixSeconds: Int(certificate.notAfter))
    let name = certificate.commonName ?? certificate.subject
    guard left > 0 else { return .failure(subject, "\(name): ended at \(end)", remedy: "renew it") }
    guard left > 30 * day else {
      return .warning(subject, "\(name): ends at \(end), in \(left / day) days", remedy: "renew it")
    }
    return .fine(subject, "\(name): good until \(end)")
  }
}
