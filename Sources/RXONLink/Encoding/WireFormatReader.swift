/// Reads fields in protobuf's wire format from a part of a message. Never reads beyond it; what it does not know is
/// passed over.
struct WireFormatReader {
  enum Failure: Error {
    case truncated, malformed
  }

  /// A field as it arrived.
  enum Value {
    case number(UInt64)
    case bytes(ArraySlice<UInt8>)
    /// Of a kind that no field here has.
    case other
  }

  private var rest: ArraySlice<UInt8>

  init(_ bytes: ArraySlice<UInt8>) {
    rest = bytes
  }

  /// The next field; nil at the end.
  mutating func next() throws(Failure) -> (field: UInt64, value: Value)? {
    guard !rest.isEmpty else { return nil }
    let tag = try varint()
    let field = tag >> 3
    guard field > 0, let kind = WireFormat.Kind(rawValue: tag & 7) else { throw .malformed }
    switch kind {
    case .varint: return (field, .number(try varint()))
    case .lengthDelimited:
      guard let count = Int(exactly: try varint()) else { throw .malformed }
      return (field, .bytes(try take(count)))
    case .fixed64:
      _ = try take(8)
      return (field, .other)
    case .fixed32:
      _ = try take(4)
      return (field, .other)
    }
  }

  private mutating func take(_ count: Int) throws(Failure) -> ArraySlice<UInt8> {
    guard count <= rest.count else { throw .truncated }
    defer { rest = rest.dropFirst(count) }
    return rest.prefix(count)
  }

  private mutating func varint() throws(Failure) -> UInt64 {
    var value: UInt64 = 0
    var shift: UInt64 = 0
    while let byte = rest.popFirst() {
      // The tenth byte has room for one bit.
      guard shift < 63 || byte <= 1 else { throw .malformed }
      value |= UInt64(byte & 0x7f) << shift
      if byte & 0x80 == 0 { return value }
      shift += 7
    }
    throw .truncated
  }
}

extension WireFormatReader.Value {
  func number() throws(WireFormatReader.Failure) -> UInt64 {
    guard case .number(let number) = self else { throw .malformed }
    return number
  }

  /// As an `int32`-like field: what does not fit is cut off, as protobuf has it.
  func number32() throws(WireFormatReader.Failure) -> UInt32 {
    UInt32(truncatingIfNeeded: try number())
  }

  func bytes() throws(WireFormatReader.Failure) -> ArraySlice<UInt8> {
    guard case .bytes(let bytes) = self else { throw .malformed }
    return bytes
  }

  /// Strings are UTF-8, and what is not is malformed.
  func string() throws(WireFormatReader.Failure) -> String {
    guard let text = String(validating: try bytes(), as: UTF8.self) else { throw .malformed }
    return text
  }
}
