/// What this node vouches with for what it passes on.
public struct SigningConfiguration: Sendable, Hashable {
  /// The PEM text of an Ed25519 private key.
  public var key: Secret?
}

extension SigningConfiguration {
  init(reading section: SectionReader) {
    key = section.signingKey(
      "key",
      "The PEM file of this node's Ed25519 private key. With it the node signs the way of what it passes on, for those "
        + "above that have its public key.")
  }
}
