/// Why bytes are not the JSON that was asked for.
public struct JSONError: Error, Sendable, Hashable {
  /// What is wrong with the bytes.
  public enum Problem: Sendable, Hashable {
    case unexpectedEnd
    case unexpectedByte(UInt8)
    /// Something follows the document.
    case trailingContent
    case invalidNumber
    /// A number that no double can hold.
    case numberOutOfRange
    /// An integral number outside -2^63 ..< 2^64, which has no canonical form.
    case integerOutOfRange
    case controlCharacterInString
    case invalidEscape
    case invalidUTF8
    /// Half of a surrogate pair.
    case loneSurrogate
    case tooDeep(limit: Int)
    case tooLarge(limit: Int)
  }

  /// What is wrong there.
  public var problem: Problem
  /// In bytes from the start of the document.
  public var offset: Int

  public init(_ problem: Problem, at offset: Int) {
    self.problem = problem
    self.offset = offset
  }
}

extension JSONError: CustomStringConvertible {
  public var description: String {
    "\(problem) at byte \(offset)"
  }
}

extension JSONError.Problem: CustomStringConvertible {
  public var description: String {
    switch self {
    case .unexpectedEnd: "unexpected end of JSON"
    case .unexpectedByte(let byte): "unexpected \(Self.name(of: byte))"
    case .trailingContent: "unexpected content after the JSON value"
    case .invalidNumber: "invalid number"
    case .numberOutOfRange: "number out of range"
    case .integerOutOfRange: "integer outside 64 bits"
    case .controlCharacterInString: "unescaped control character in a string"
    case .invalidEscape: "invalid escape in a string"
    case .invalidUTF8: "invalid UTF-8"
    case .loneSurrogate: "lone surrogate in a string"
    case .tooDeep(let limit): "nesting deeper than \(limit)"
    case .tooLarge(let limit): "more than \(limit) bytes"
    }
  }

  private static func name(of byte: UInt8) -> String {
    (0x21...0x7e).contains(byte)
      ? "'\(Unicode.Scalar(byte))'" : "byte 0x" + String(byte, radix: 16)
  }
}
