import HolonConfig
import RXON

extension ClientCertificate {
  /// The worker ids that the certificate stands for. Names that are no worker ids are passed over: a certificate may
  /// have others for other purposes.
  func workerIDs(by identity: ChildrenConfiguration.CertificateIdentity) -> [String] {
    let names =
      switch identity {
      case .commonName: commonName.map { [$0] } ?? []
      case .dnsName: dnsNames
      case .uri: uriNames.compactMap(Self.workerID(uri:))
      }
    return names.filter(Identifier.isStrictlyValid)
  }

  /// The id in `rxon:ID` or `urn:rxon:ID`. Scheme and namespace are the same in either case (RFC 3986 §3.1, RFC 8141
  /// §3.1), the id is not.
  private static func workerID(uri: String) -> String? {
    for prefix in ["rxon:", "urn:rxon:"] where uri.lowercased().hasPrefix(prefix) {
      return String(uri.dropFirst(prefix.count))
    }
    return nil
  }
}

extension ChildrenConfiguration.CertificateIdentity {
  /// What to look at in a certificate that names nobody.
  var description: String {
    switch self {
    case .commonName: "the common name of its subject"
    case .dnsName: "none of its DNS names"
    case .uri: "none of its URIs, as rxon:ID,"
    }
  }
}
