import Glibc
import HolonConfig
import HolonPKI
import RXONTLS

/// Whether the authority that a node serves can be opened and written to.
enum AuthorityProbe {
  static func inspect(_ settings: PKIConfiguration) -> [Finding] {
    let subject = "pki \(settings.folder)"
    var findings = [PortProbe.inspect(settings.url, subject: "pki \(settings.url)")]
    do throws(PKIFailure) {
      let passphrase: Passphrase? = if let secret = settings.passphrase { try Passphrase(secret.exposed) } else { nil }
      let folder = AuthorityFolder(settings.folder)
      _ = try folder.authority(passphrase: passphrase)
      findings += folder.writtenFolders.compactMap { unwritable($0, subject) }
      findings += expiry(of: folder, "\(subject): certificate")
    } catch {
      findings.append(.failure(subject, error.message, remedy: "mend pki.folder"))
    }
    return findings
  }

  private static func unwritable(_ path: String, _ subject: String) -> Finding? {
    guard access(path, R_OK | W_OK | X_OK) != 0 else { return nil }
    let reason = String(cString: strerror(errno)).lowercased()
    return .failure(subject, "\(path): \(reason)", remedy: "let the user that runs holon read and write there")
  }

  private static func expiry(of folder: AuthorityFolder, _ subject: String) -> [Finding] {
    let certificate = try? TLSCertificate.certificates(inFile: folder.certificateFile).first
    return CertificateProbe.expiry(certificate, subject).map { [$0] } ?? []
  }
}
