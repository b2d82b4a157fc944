/// A string as it stands in a document.
struct StringToken {
  /// Between the quotes.
  var range: Range<Int>
  var hasEscapes: Bool
}

extension JSONScanner {
  /// Reads a string whose opening quote is the next byte.
  mutating func scanString() throws(JSONError) -> StringToken {
    advance()
    let start = position
    var hasEscapes = false
    while true {
      skipPlainASCII()
      guard position < end else { throw failure(.unexpectedEnd) }
      let byte = bytes[position]
      if byte == UInt8(ascii: "\"") {
        advance()
        return StringToken(range: start..<(position &- 1), hasEscapes: hasEscapes)
      } else if byte == UInt8(ascii: "\\") {
        hasEscapes = true
        _ = try scanEscape()
      } else if byte < 0x20 {
        throw failure(.controlCharacterInString)
      } else if byte < 0x80 {
        advance()
      } else {
        try skipMultibyte(first: byte)
      }
    }
  }

  /// Goes on, eight bytes at a time, to the first one that is a quote, a backslash, a control or not ASCII,
  /// or to the last seven bytes.
  @inline(__always)
  private mutating func skipPlainASCII() {
    guard let base = bytes.baseAddress else { return }
    let ones: UInt64 = 0x0101_0101_0101_0101
    let highs: UInt64 = 0x8080_8080_8080_8080
    var index = position
    while index &+ 8 <= end {
      let word = UInt64(littleEndian: UnsafeRawPointer(base + index).loadUnaligned(as: UInt64.self))
      let quote = word ^ (ones &* 0x22)
      let backslash = word ^ (ones &* 0x5c)
      let special =
        (((quote &- ones) & ~quote) | ((backslash &- ones) & ~backslash) | ((word &- (ones &* 0x20)) & ~word) | word)
        & highs
      if special != 0 {
        index &+= special.trailingZeroBitCount &>> 3
        break
      }
      index &+= 8
    }
    setPosition(index)
  }

  /// Reads one escape, a surrogate pair as one, and returns its scalar.
  mutating func scanEscape() throws(JSONError) -> UInt32 {
    advance()
    guard position < end else { throw failure(.unexpectedEnd) }
    let letter = bytes[position]
    advance()
    switch letter {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return UInt32(letter)
    case UInt8(ascii: "b"): return 0x08
    case UInt8(ascii: "f"): return 0x0c
    case UInt8(ascii: "n"): return 0x0a
    case UInt8(ascii: "r"): return 0x0d
    case UInt8(ascii: "t"): return 0x09
    case UInt8(ascii: "u"): return try scanUnicodeEscape()
    default: throw JSONError(.invalidEscape, at: position - 1)
    }
  }

  private mutating func scanUnicodeEscape() throws(JSONError) -> UInt32 {
    let start = position
    let first = try scanFourHexDigits()
    guard first & 0xf800 == 0xd800 else { return first }
    guard first < 0xdc00, position + 1 < end, bytes[position] == UInt8(ascii: "\\"),
      bytes[position + 1] == UInt8(ascii: "u")
    else { throw JSONError(.loneSurrogate, at: start) }
    setPosition(position + 2)
    let second = try scanFourHexDigits()
    guard second & 0xfc00 == 0xdc00 else { throw JSONError(.loneSurrogate, at: start) }
    return 0x10000 + ((first & 0x3ff) << 10 | (second & 0x3ff))
  }

  private mutating func scanFourHexDigits() throws(JSONError) -> UInt32 {
    var value: UInt32 = 0
    for _ in 0..<4 {
      guard position < end else { throw failure(.unexpectedEnd) }
      let digit: UInt8
      switch bytes[position] {
      case let byte where byte &- 0x30 < 10: digit = byte &- 0x30
      case let byte where (byte | 0x20) &- 0x61 < 6: digit = (byte | 0x20) &- 0x61 &+ 10
      default: throw failure(.invalidEscape)
      }
      value = value << 4 | UInt32(digit)
      advance()
    }
    return value
  }

  /// Passes one well-formed sequence of two to four bytes (Unicode, table 3-7).
  private mutating func skipMultibyte(first: UInt8) throws(JSONError) {
    let count: Int
    var second: ClosedRange<UInt8> = 0x80...0xbf
    switch first {
    case 0xc2...0xdf: count = 2
    case 0xe0: (count, second) = (3, 0xa0...0xbf)
    case 0xed: (count, second) = (3, 0x80...0x9f)
    case 0xe1...0xef: count = 3
    case 0xf0: (count, second) = (4, 0x90...0xbf)
    case 0xf1...0xf3: count = 4
    case 0xf4: (count, second) = (4, 0x80...0x8f)
    default: throw failure(.invalidUTF8)
    }
    guard position + count <= end, second.contains(bytes[position + 1]) else { throw failure(.invalidUTF8) }
    for offset in 2..<max(count, 2) where bytes[position + offset] & 0xc0 != 0x80 {
      throw failure(.invalidUTF8)
    }
    setPosition(position + count)
  }

  /// The text of a string that was read before.
  func text(of token: StringToken) -> String {
    let plain = UnsafeBufferPointer(rebasing: bytes[token.range])
    guard token.hasEscapes else { return String(decoding: plain, as: UTF8.self) }
    return String(decoding: unescapedBytes(of: token), as: UTF8.self)
  }

  func unescapedBytes(of token: StringToken) -> [UInt8] {
    var result: [UInt8] = []
    result.reserveCapacity(token.range.count)
    var reader = JSONScanner(bytes, range: token.range, maximumDepth: maximumDepth)
    while reader.position < reader.end {
      let byte = bytes[reader.position]
      guard byte == UInt8(ascii: "\\") else {
        result.append(byte)
        reader.advance()
        continue
      }
      // Escapes that were read before cannot fail now.
      guard let scalar = (try? reader.scanEscape()).flatMap(Unicode.Scalar.init) else { break }
      result.append(contentsOf: UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter)
    }
    return result
  }
}
