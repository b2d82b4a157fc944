/// How the node proves itself to those that dial in, and what proof it wants of them.
public struct ServerTLSConfiguration: Sendable, Hashable {
  public var identity: TLSIdentityConfiguration
  /// The file of the authorities that client certificates come from.
  public var clientAuthorities: String?
  public var clientCertificates: ClientCertificates
  /// The file of what the authorities have revoked.
  public var revocationList: String?
  public var minimumVersion: TLSVersion

  public enum ClientCertificates: String, Sendable, Hashable, CaseIterable {
    case none, optional, required
  }
}

/// A certificate with its key.
public struct TLSIdentityConfiguration: Sendable, Hashable {
  /// The PEM file with the certificate, and after it those between it and its authority.
  public var certificate: String
  /// A PEM file, or a `pkcs11:` URI (RFC 7512).
  public var key: String
  public var passphrase: Secret?
}

public enum TLSVersion: String, Sendable, Hashable, CaseIterable {
  case v12 = "1.2"
  case v13 = "1.3"
}

extension ServerTLSConfiguration {
  /// `nil` when something is missing; that is among the faults then.
  init?(reading section: SectionReader) {
    let identity = TLSIdentityConfiguration(reading: section, isRequired: true)
    clientAuthorities = section.readableFile(
      "client_ca", "The PEM file of the authorities whose client certificates are accepted.")
    let clientCertificates = section.optional(
      "client_certificates", ValueFormat<ClientCertificates>.word(), absent: "required with client_ca, else none",
      "Whether children must show a certificate; `optional` checks one that is shown.")
    revocationList = section.readableFile("crl", "The PEM file of revoked client certificates.")
    minimumVersion = section.value("min_version", .word(), default: .v12, "The least version of TLS.")
    self.clientCertificates = clientCertificates ?? (clientAuthorities == nil ? .none : .required)
    if self.clientCertificates != .none, clientAuthorities == nil {
      section.reading.fault(
        at: section.place(of: "client_certificates"),
        "client certificates are \(self.clientCertificates.rawValue), but there is no client_ca to check them with",
        remedy: "set client_ca to the file of the authority that issued them")
    }
    if revocationList != nil, self.clientCertificates == .none {
      section.reading.fault(
        at: section.place(of: "crl"), "there is a crl, but no client certificates are asked for",
        remedy: "set client_ca, or remove crl")
    }
    guard let identity else { return nil }
    self.identity = identity
  }
}

extension TLSIdentityConfiguration {
  /// `nil` when nothing is written, and none is required.
  init?(reading section: SectionReader, isRequired: Bool) {
    let certificate = section.readableFile(
      "certificate", "The PEM file of the node's certificate, followed by those between it and its authority.")
    let key = section.privateKey("key", "The key of the certificate.")
    passphrase = section.secret("key_passphrase", "Opens the key where it is encrypted.")
    let isWritten = section.isWritten("certificate") || section.isWritten("key")
    if isRequired || isWritten, !section.reading.describing {
      for name in ["certificate", "key"] where !section.isWritten(name) {
        section.reading.fault(
          at: section.place, "\(section.path.key(name).dotted) is missing",
          remedy: "certificate and key go together: add '\(name): PATH'")
      }
    }
    guard let certificate, let key else { return nil }
    self.certificate = certificate
    self.key = key
  }
}
