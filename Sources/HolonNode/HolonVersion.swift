/// The version of this software; the protocol has its own.
public enum HolonVersion {
  public static let current = "0.1.0"
}
