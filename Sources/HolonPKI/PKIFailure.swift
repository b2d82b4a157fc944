/// Why something with keys, certificates or their folder could not be done: what is wrong, where, and what to do, in one
/// line. Never holds a secret.
public struct PKIFailure: Error, Sendable, Hashable, CustomStringConvertible {
  public enum Kind: Sendable, Hashable {
    /// Something is there already, and is not overwritten.
    case exists
    case notFound
    /// The disk or the file system does not do what is asked.
    case storage
    /// A text is not what it should be: a name, a certificate, a join string.
    case malformed
    /// The authority does not do this: an invitation is used up, a certificate was revoked.
    case refused
    /// The system's OpenSSL refused to work.
    case cryptography
  }

  public var kind: Kind
  public var message: String

  public init(_ kind: Kind, _ message: String) {
    self.kind = kind
    self.message = message
  }

  public var description: String { message }
}
