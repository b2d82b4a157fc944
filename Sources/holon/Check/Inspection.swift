import Glibc
import HolonConfig
import RXON

/// Everything that `holon check` looks at. Each step has a limit in time.
struct Inspection {
  let loaded: LoadedConfiguration

  func findings() async -> [Finding] {
    let configuration = loaded.configuration
    let counts = "\(configuration.listen.count) to listen on, \(configuration.uplinks.count) to dial"
    var findings = [Finding.fine("configuration", "valid: \(configuration.id), \(counts)")]
    findings += loaded.warnings.map(Finding.init(warning:))
    findings += loaded.secretFiles.map(SecretFileProbe.inspect)
    for listener in configuration.listen {
      findings += inspect(listener.url, listener.tls, "listen \(listener.url)")
    }
    if let status = configuration.status {
      findings += inspect(status.url, status.tls, "status \(status.url)")
    }
    if let pki = configuration.pki { findings += AuthorityProbe.inspect(pki) }
    findings += JournalProbe(settings: configuration.journal).findings
    for uplink in configuration.uplinks {
      findings += await ParentProbe(uplink: uplink, nodeID: configuration.id).findings()
    }
    return findings
  }

  private func inspect(_ url: Endpoint, _ tls: ServerTLSConfiguration?, _ subject: String) -> [Finding] {
    [PortProbe.inspect(url, subject: subject)] + (tls.map { CertificateProbe.inspect($0, subject: subject) } ?? [])
  }
}
