/// Why something could not be signed, or a signature does not count. Never holds a secret or a payload.
public enum SignatureError: Error, Sendable, Hashable {
  /// The message has no canonical form: it is no JSON, nested too deeply, or holds what the form cannot express.
  case unsignable(String)
  /// The message carries no signature.
  case missing
  /// The message carries a signature that is not the one expected.
  case mismatch
  /// The key is not readable, or not of the kind asked for.
  case invalidKey(String)
  /// The system's OpenSSL refused to work.
  case unavailable(String)
}

extension SignatureError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .unsignable(let reason): "the message cannot be signed: \(reason)"
    case .missing: "the message carries no signature"
    case .mismatch: "the signature does not match"
    case .invalidKey(let reason): "the key cannot be used: \(reason)"
    case .unavailable(let reason): "OpenSSL failed: \(reason)"
    }
  }
}
