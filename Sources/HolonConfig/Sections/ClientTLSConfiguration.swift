public import RXON

/// How the node checks those that it dials, and proves itself to them.
public struct ClientTLSConfiguration: Sendable, Hashable {
  /// The file of the authorities that the parent's certificate must come from; nil for those that the system trusts.
  public var authorities: String?
  public var identity: TLSIdentityConfiguration?
  /// The name in the parent's certificate, where it is not the host of the URL.
  public var serverName: String?
  /// The file of what the authorities have revoked.
  public var revocationList: String?
  public var minimumVersion: TLSVersion
  public var renewal = Renewal.auto
  /// Where the certificate is renewed, if not at the parent's own address.
  public var renewalURL: Endpoint?

  /// Who keeps the node's certificate from ending.
  public enum Renewal: String, Sendable, Hashable, CaseIterable {
    /// The node, at a parent that serves the certificate's authority.
    case auto
    /// Somebody else, by exchanging the file.
    case off
  }

  /// Whether the node renews its certificate by itself. A key in a token cannot be used for it.
  public var renewsItself: Bool {
    guard renewal == .auto, let identity else { return false }
    return !identity.key.hasPrefix("pkcs11:")
  }

  /// What applies to a parent dialled by https without further words.
  public static let standard = ClientTLSConfiguration(minimumVersion: .v12)
}

extension ClientTLSConfiguration {
  init(reading section: SectionReader) {
    authorities = section.readableFile(
      "ca", absent: "those that the system trusts",
      "The PEM file of the authorities that the parent's certificate must come from.")
    identity = TLSIdentityConfiguration(reading: section, isRequired: false)
    serverName = section.optional(
      "server_name", .text(), absent: "the host of the url",
      "The name or address that the parent's certificate must be for.")
    revocationList = section.readableFile("crl", "The PEM file of revoked certificates of parents.")
    minimumVersion = section.value("min_version", .word(), default: .v12, "The least version of TLS.")
    renewal = section.value(
      "renew", .word(), default: .auto,
      "`auto`: at four fifths of its life, a parent that has a section `pki` is asked for a new certificate.")
    renewalURL = section.optional(
      "renew_url", .securelyDialled, absent: "the url; for grpcs none",
      "The listener of the parent that is asked, where it is another one: gRPC carries no renewals.")
  }
}
