import Foundation
import RXONTLS

/// A server under measurement: it listens plain and over TLS, and answers what it does not know with 404.
struct Contender {
  let process: Subprocess
  let plainPort: Int
  let tlsPort: Int

  /// - Parameter newest: the newest version of TLS that it takes.
  static func holon(
    _ experiment: Experiment, certificate: ServerCertificate, newest: TLSVersion
  ) async throws -> Contender {
    let (plainPort, tlsPort) = (freePort(), freePort())
    var environment = [
      "HOLON_LISTEN_1_TLS_CERTIFICATE": certificate.certificate, "HOLON_LISTEN_1_TLS_KEY": certificate.key,
    ]
    if newest == .v12 {
      environment["OPENSSL_CONF"] = try policyWithoutTLS13(in: experiment.directory)
    }
    let process = try Subprocess(
      experiment.holon,
      [
        "run", "--id", "bench", "--listen", "http://127.0.0.1:\(plainPort)", "--listen",
        "https://127.0.0.1:\(tlsPort)", "--child-token", Experiment.token, "--journal",
        "\(experiment.directory)/server-\(tlsPort).db", "--log-level", "warning",
      ], environment: environment, log: "\(experiment.directory)/server-\(tlsPort).log")
    return try await Contender(process: process, plainPort: plainPort, tlsPort: tlsPort).ready("holon")
  }

  /// As ``holon(_:certificate:newest:)``.
  static func nginx(_ nginx: Nginx, newest: TLSVersion) async throws -> Contender {
    let (plainPort, tlsPort) = (freePort(), freePort())
    let process = try nginx.startServer(
      plainPort: plainPort, tlsPort: tlsPort, protocols: newest == .v12 ? "TLSv1.2" : "TLSv1.2 TLSv1.3")
    return try await Contender(process: process, plainPort: plainPort, tlsPort: tlsPort).ready("nginx")
  }

  private func ready(_ name: String) async throws -> Contender {
    try await wait("\(name) listens") { isListening(plainPort) && isListening(tlsPort) }
    return self
  }

  /// A node has no setting for the newest version; the system's policy has.
  private static func policyWithoutTLS13(in directory: String) throws -> String {
    let path = "\(directory)/openssl.cnf"
    let text = """
      openssl_conf = all
      [all]
      ssl_conf = contexts
      [contexts]
      system_default = defaults
      [defaults]
      MinProtocol = TLSv1.2
      MaxProtocol = TLSv1.2

      """
    try text.write(toFile: path, atomically: false, encoding: .utf8)
    return path
  }
}
