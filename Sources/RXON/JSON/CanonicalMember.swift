/// A member of an object that is being encoded.
struct CanonicalMember {
  /// A name as the source has it, compared by the UTF-8 that it stands for.
  struct Name {
    let token: StringToken
    /// Set where the source has escapes.
    private let unescaped: [UInt8]?

    init(_ token: StringToken, in scanner: JSONScanner) {
      self.token = token
      unescaped = token.hasEscapes ? scanner.unescapedBytes(of: token) : nil
    }

    @inline(__always)
    func withBytes<Success>(
      in source: UnsafeBufferPointer<UInt8>, _ body: (UnsafeBufferPointer<UInt8>) -> Success
    ) -> Success {
      if let unescaped { return unescaped.withUnsafeBufferPointer(body) }
      return body(UnsafeBufferPointer(rebasing: source[token.range]))
    }

    func precedes(_ other: Name, in source: UnsafeBufferPointer<UInt8>) -> Bool {
      withBytes(in: source) { own in
        other.withBytes(in: source) { own.precedes($0) }
      }
    }

    func isOne(of names: [[UInt8]], in source: UnsafeBufferPointer<UInt8>) -> Bool {
      withBytes(in: source) { own in names.contains { own.elementsEqual($0) } }
    }
  }

  let name: Name
  /// Where name and value stand in the output; empty where nothing was written.
  let range: Range<Int>
}

extension UnsafeBufferPointer<UInt8> {
  fileprivate func precedes(_ other: UnsafeBufferPointer<UInt8>) -> Bool {
    for index in 0..<Swift.min(count, other.count) where self[index] != other[index] {
      return self[index] < other[index]
    }
    return count < other.count
  }
}
