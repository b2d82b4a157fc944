/// Signs canonical bytes with a secret or a private key. Thread-safe.
public protocol Signer: Sendable {
  /// - Returns: the signature in lower-case hexadecimal.
  func signature(of canonical: [UInt8]) throws(SignatureError) -> String
}

/// Checks signatures of canonical bytes with a secret or a public key. Thread-safe.
public protocol Verifier: Sendable {
  /// - Returns: false for a wrong signature and for text that is no signature at all.
  func verifies(_ signature: String, over canonical: [UInt8]) -> Bool
}

extension Verifier {
  /// - Throws: ``SignatureError/missing`` for nil, ``SignatureError/mismatch`` for a wrong signature.
  func check(_ signature: String?, over canonical: [UInt8]) throws(SignatureError) {
    guard let signature else { throw .missing }
    guard verifies(signature, over: canonical) else { throw .mismatch }
  }
}
