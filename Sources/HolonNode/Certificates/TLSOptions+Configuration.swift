public import HolonConfig
public import RXON
public import RXONTLS

// The TLS settings of the configuration in the words of the TLS module.

extension TLSServerOptions {
  /// - Parameter protocols: what the connections are to carry (ALPN).
  public init(_ settings: ServerTLSConfiguration, protocols: [String] = ["http/1.1"]) {
    self.init(identity: TLSIdentity(settings.identity), applicationProtocols: protocols)
    clientTrust = settings.clientAuthorities.map { .file($0) }
    clientCertificates =
      switch settings.clientCertificates {
      case .none: .none
      case .optional: .optional
      case .required: .required
      }
    revocationList = settings.revocationList
    minimumVersion = RXONTLS.TLSVersion(settings.minimumVersion)
  }

  /// Whatever a context is read from.
  var files: [String] {
    identity.files + [clientTrust?.file, revocationList].compactMap { $0 }
  }
}

extension TLSClientOptions {
  /// - Parameter protocols: what the connections are to carry (ALPN).
  public init(_ settings: ClientTLSConfiguration, protocols: [String] = ["http/1.1"]) {
    self.init(applicationProtocols: protocols)
    trust = settings.authorities.map { .file($0) } ?? .system
    identity = settings.identity.map(TLSIdentity.init)
    serverName = settings.serverName
    revocationList = settings.revocationList
    minimumVersion = RXONTLS.TLSVersion(settings.minimumVersion)
  }

  /// Whatever a context is read from.
  var files: [String] {
    (identity?.files ?? []) + [trust.file, revocationList].compactMap { $0 }
  }
}

extension Endpoint {
  /// What a connection of this scheme carries, by its name in ALPN.
  public var applicationProtocols: [String] { scheme == "grpcs" ? ["h2"] : ["http/1.1"] }
}

extension TLSIdentity {
  init(_ settings: TLSIdentityConfiguration) {
    self.init(certificate: settings.certificate, key: settings.key, passphrase: settings.passphrase?.exposed)
  }

  fileprivate var files: [String] {
    key.hasPrefix("pkcs11:") ? [certificate] : [certificate, key]
  }
}

extension TLSTrust {
  fileprivate var file: String? {
    if case .file(let path) = self { path } else { nil }
  }
}

extension RXONTLS.TLSVersion {
  init(_ version: HolonConfig.TLSVersion) {
    self =
      switch version {
      case .v12: .v12
      case .v13: .v13
      }
  }
}
