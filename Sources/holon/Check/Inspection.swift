import Glibc
import HolonConfig
import RXON

/// Everything that `holon check` looks at. Blocks; each step has a limit in time.
struct Inspection {
  let loaded: LoadedConfiguration

  var findings: [Finding] {
    let configuration = loaded.configuration
    let counts = "\(configuration.listen.count) to listen on, \(configuration.uplinks.count) to dial"
    var findings = [Finding.fine("configuration", "valid: \(configuration.id), \(counts)")]
    findings += loaded.warnings.map(Finding.init(warning:))
    findings += loaded.secretFiles.map(SecretFileProbe.inspect)
    findings += configuration.listen.map { PortProbe.inspect($0.url, subject: "listen \($0.url)") }
    if let status = configuration.status {
      findings.append(PortProbe.inspect(status.url, subject: "status \(status.url)"))
    }
    findings += JournalProbe(settings: configuration.journal).findings
    for uplink in configuration.uplinks {
      findings += ParentProbe(uplink: uplink, workerID: configuration.id).findings
    }
    return findings
  }
}
