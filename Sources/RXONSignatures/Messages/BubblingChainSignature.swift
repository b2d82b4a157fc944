import RXON

/// Signatures of an event's bubbling chain (protocol §3): over the canonical list of ids.
public enum BubblingChainSignature {
  public static func sign(_ chain: [String], with signer: some Signer) throws(SignatureError) -> String {
    try signer.signature(of: canonicalForm(of: chain))
  }

  /// - Throws: ``SignatureError/missing`` for nil, ``SignatureError/mismatch`` for a wrong one.
  public static func verify(
    _ signature: String?, of chain: [String], with verifier: some Verifier
  ) throws(SignatureError) {
    guard let signature else { throw .missing }
    try verifier.check(signature, over: canonicalForm(of: chain))
  }

  private static func canonicalForm(of chain: [String]) throws(SignatureError) -> [UInt8] {
    try canonical { () throws(JSONError) in try CanonicalJSON.encode(RawJSON.strings(chain)) }
  }
}
