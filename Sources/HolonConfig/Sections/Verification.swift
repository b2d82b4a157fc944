/// Whether a signature must be there and be right.
public enum Verification: String, Sendable, Hashable, CaseIterable {
  case required
  /// One that is there must be right.
  case ifPresent = "if-present"
  /// Signatures are not looked at.
  case off
}
