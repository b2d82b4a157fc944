public import RXON

/// Signatures of whole messages (protocol §3): over the canonical form without the top-level members `security`,
/// `_signature` and those of the call.
public enum PayloadSignature {
  private static let neverSigned = ["security", "_signature"]

  /// - Parameters:
  ///   - body: the message as it will be sent; unknown members count.
  ///   - names: further top-level members that are left out.
  /// - Returns: the signature in hexadecimal.
  /// - Throws: ``SignatureError/unsignable(_:)`` for a body without canonical form.
  public static func sign(
    _ body: RawJSON, with signer: some Signer, ignoring names: [String] = []
  ) throws(SignatureError) -> String {
    try signer.signature(of: canonicalForm(of: body, ignoring: names))
  }

  /// Checks a signature over a message as it arrived.
  /// - Throws: ``SignatureError/missing`` for nil, ``SignatureError/mismatch`` for a wrong one.
  public static func verify(
    _ signature: String?, of body: RawJSON, with verifier: some Verifier, ignoring names: [String] = []
  ) throws(SignatureError) {
    guard let signature else { throw .missing }
    try verifier.check(signature, over: canonicalForm(of: body, ignoring: names))
  }

  private static func canonicalForm(of body: RawJSON, ignoring names: [String]) throws(SignatureError) -> [UInt8] {
    try canonical { () throws(JSONError) in
      try CanonicalJSON.encode(body, omittingTopLevel: names.isEmpty ? neverSigned : neverSigned + names)
    }
  }
}

/// Tells a message without canonical form from one with a wrong signature.
func canonical(_ encode: () throws(JSONError) -> [UInt8]) throws(SignatureError) -> [UInt8] {
  do throws(JSONError) {
    return try encode()
  } catch {
    throw .unsignable(String(describing: error))
  }
}
