/// A member of an object that is being encoded: plain numbers only, so that sorting moves nothing else.
struct CanonicalMember {
  let name: CanonicalName
  /// Where name and value stand in the output; empty where nothing was written.
  let start: Int
  let end: Int
}

/// A name as the source has it, compared by the UTF-8 that it stands for.
struct CanonicalName {
  let token: StringToken
  /// Which of the encoder's unescaped names it is, where the source has escapes.
  let unescapedIndex: Int
  /// The first eight bytes, big-endian, filled up with zeros; decides most comparisons.
  private let prefix: UInt64

  init(_ token: StringToken, bytes: UnsafeBufferPointer<UInt8>, unescapedIndex: Int) {
    self.token = token
    self.unescapedIndex = unescapedIndex
    var prefix: UInt64 = 0
    for index in 0..<8 { prefix = prefix << 8 | (index < bytes.count ? UInt64(bytes[index]) : 0) }
    self.prefix = prefix
  }

  /// Negative, zero or positive, in the order of the bytes.
  @inline(__always)
  func compared(to other: CanonicalName, in names: CanonicalNames) -> Int {
    if prefix != other.prefix { return prefix < other.prefix ? -1 : 1 }
    return comparedInFull(to: other, in: names)
  }

  private func comparedInFull(to other: CanonicalName, in names: CanonicalNames) -> Int {
    names.withBytes(of: self) { own in
      names.withBytes(of: other) { others in
        for index in 0..<min(own.count, others.count) where own[index] != others[index] {
          return own[index] < others[index] ? -1 : 1
        }
        return own.count - others.count
      }
    }
  }
}

/// Where the bytes of names are: in the source, but for those that have escapes there.
struct CanonicalNames {
  let source: UnsafeBufferPointer<UInt8>
  private var unescaped: [[UInt8]] = []

  init(source: UnsafeBufferPointer<UInt8>) {
    self.source = source
  }

  mutating func add(_ token: StringToken, in scanner: JSONScanner) -> CanonicalName {
    guard token.hasEscapes else {
      return CanonicalName(token, bytes: UnsafeBufferPointer(rebasing: source[token.range]), unescapedIndex: -1)
    }
    let bytes = scanner.unescapedBytes(of: token)
    unescaped.append(bytes)
    return bytes.withUnsafeBufferPointer { CanonicalName(token, bytes: $0, unescapedIndex: unescaped.count - 1) }
  }

  @inline(__always)
  func withBytes<Success>(of name: CanonicalName, _ body: (UnsafeBufferPointer<UInt8>) -> Success) -> Success {
    guard name.token.hasEscapes else { return body(UnsafeBufferPointer(rebasing: source[name.token.range])) }
    return unescaped[name.unescapedIndex].withUnsafeBufferPointer(body)
  }
}
