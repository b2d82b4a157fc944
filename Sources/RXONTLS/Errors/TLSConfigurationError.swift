/// Options that cannot work: a file that is missing, a key that does not fit.
public struct TLSConfigurationError: Error, Sendable, Hashable, CustomStringConvertible {
  public enum Kind: String, Sendable, Hashable, CaseIterable {
    /// A file that is missing, closed to this process, a directory, or too large.
    case unreadable
    /// A file without what was looked for: no certificate, no key, no revocation list, or a damaged one.
    case invalidContent = "invalid_content"
    /// A private key that everybody may read.
    case exposedKey = "exposed_key"
    /// A private key of another certificate.
    case keyMismatch = "key_mismatch"
    /// An encrypted key, and no passphrase.
    case passphraseMissing = "passphrase_missing"
    /// An encrypted key, and another passphrase.
    case passphraseWrong = "passphrase_wrong"
    /// A key or certificate that the system's policy does not allow.
    case refusedByPolicy = "refused_by_policy"
    /// No OpenSSL provider does this.
    case providerMissing = "provider_missing"
    /// Options that contradict each other or are out of range.
    case invalidOptions = "invalid_options"
    /// OpenSSL failed.
    case `internal`
  }

  public let kind: Kind

  /// The file or key URI at fault. A URI's query is left out, as it may hold a PIN.
  public let file: String?

  /// What is wrong, where, and what to do. Never holds a passphrase or a key.
  public let message: String

  public var description: String { message }

  init(_ kind: Kind, file: String? = nil, _ message: String) {
    self.kind = kind
    self.file = file
    self.message = message
  }
}
