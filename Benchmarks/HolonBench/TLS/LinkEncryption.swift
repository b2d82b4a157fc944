import RXONTLS

/// Who encrypts the links of a tree, and with what.
struct LinkEncryption {
  enum Children {
    case node
    /// A proxy in front of the plain node.
    case nginx(Nginx)
  }

  let certificate: ServerCertificate

  /// Who takes TLS off the children's links.
  let children: Children

  /// Whether the node dials its parent over TLS.
  let isParentEncrypted: Bool

  var isNodeEncrypted: Bool {
    if case .node = children { true } else { false }
  }

  /// The parent's part.
  func ofParent() throws -> TLSServerContexts? {
    guard isParentEncrypted else { return nil }
    let identity = TLSIdentity(certificate: certificate.certificate, key: certificate.key)
    return TLSServerContexts(try TLSServerContext(TLSServerOptions(identity: identity)))
  }

  /// The node's part, as variables of its environment.
  var ofNode: [String: String] {
    var variables: [String: String] = [:]
    if isNodeEncrypted {
      variables["HOLON_LISTEN_0_TLS_CERTIFICATE"] = certificate.certificate
      variables["HOLON_LISTEN_0_TLS_KEY"] = certificate.key
    }
    if isParentEncrypted { variables["HOLON_UPLINKS_0_TLS_CA"] = certificate.authority }
    return variables
  }
}
