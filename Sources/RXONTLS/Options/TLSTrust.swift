/// Whom a side believes.
public enum TLSTrust: Sendable, Hashable {
  /// The certificates that the operating system trusts (OpenSSL's default directory and file, `SSL_CERT_FILE`,
  /// `SSL_CERT_DIR`).
  case system

  /// The certificates in this PEM file and no others.
  case file(String)

  /// Only chains that end in the certificate with this SHA-256 digest (32 bytes, over its DER form), which the peer
  /// sends along: for a first contact, when the digest came by another way and the certificate did not. Everything
  /// else about the chain is checked as always, names included.
  case authority(sha256Fingerprint: [UInt8])
}
