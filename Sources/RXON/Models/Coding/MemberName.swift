/// The name of a member that a ``ModelDecoder`` has come to. Valid until the decoding ends.
public struct MemberName {
  /// Between the quotes.
  private let bytes: UnsafeBufferPointer<UInt8>
  /// Set where the name was written with escapes.
  private let unescaped: [UInt8]?

  init(_ token: StringToken, in scanner: JSONScanner) {
    bytes = UnsafeBufferPointer(rebasing: scanner.bytes[token.range])
    unescaped = token.hasEscapes ? scanner.unescapedBytes(of: token) : nil
  }

  public var string: String {
    String(decoding: unescaped ?? Array(bytes), as: UTF8.self)
  }

  /// Lets a `switch` find the member by its name.
  @inline(__always)
  public static func ~= (name: StaticString, member: MemberName) -> Bool {
    if let unescaped = member.unescaped {
      return unescaped.withUnsafeBufferPointer { $0.equals(name) }
    }
    return member.bytes.equals(name)
  }
}
