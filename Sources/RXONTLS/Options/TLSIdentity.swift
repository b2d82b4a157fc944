/// What a side proves itself with: a certificate chain and the private key of its first certificate.
public struct TLSIdentity: Sendable, Hashable {
  /// The path of a PEM file: the certificate itself first, then those of its issuers that a peer may not have.
  public var certificate: String

  /// The path of a PEM file with the private key (not readable by everybody), or a `pkcs11:` URI (RFC 7512).
  public var key: String

  /// What the key file is encrypted with, or the PIN of the token that a `pkcs11:` URI names. Never printed.
  public var passphrase: String?

  public init(certificate: String, key: String, passphrase: String? = nil) {
    self.certificate = certificate
    self.key = key
    self.passphrase = passphrase
  }
}

extension TLSIdentity: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
  /// The two places, and whether there is a passphrase.
  public var description: String {
    "TLSIdentity(certificate: \(certificate), key: \(redactedKey), passphrase: \(redactedPassphrase))"
  }

  public var debugDescription: String { description }

  public var customMirror: Mirror {
    Mirror(self, children: ["certificate": certificate, "key": redactedKey, "passphrase": redactedPassphrase])
  }

  private var redactedKey: String { KeyLocation(key).description }

  private var redactedPassphrase: String { passphrase == nil ? "none" : "<redacted>" }
}
