/// Names of workers, jobs, tasks and skills (protocol §2): `[A-Za-z0-9_-]{1,128}`.
public enum Identifier {
  public static let maximumLength = 128

  /// Whether the reference takes the identifier, which overlooks one line feed at the end.
  public static func isValid(_ identifier: String) -> Bool {
    let bytes = identifier.utf8
    guard bytes.last == UInt8(ascii: "\n") else { return isStrictlyValid(identifier) }
    return bytes.count <= maximumLength && isStrictlyValid(String(identifier.unicodeScalars.dropLast()))
  }

  /// Whether the identifier is what the protocol says. For what arrives: paths, headers and logs are made of it.
  public static func isStrictlyValid(_ identifier: String) -> Bool {
    let bytes = identifier.utf8
    return (1...maximumLength).contains(bytes.count) && bytes.allSatisfy(isAllowed)
  }

  private static func isAllowed(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"):
      true
    default: false
    }
  }
}
