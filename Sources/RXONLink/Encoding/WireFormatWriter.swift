/// Writes fields in protobuf's wire format (https://protobuf.dev/programming-guides/encoding). Fields with their default
/// value are left out, as proto3 has it.
struct WireFormatWriter {
  private(set) var bytes: [UInt8]

  init(capacity: Int = 64) {
    bytes = []
    bytes.reserveCapacity(capacity)
  }

  mutating func varint(_ field: UInt64, _ value: UInt64) {
    guard value != 0 else { return }
    tag(field, .varint)
    append(value)
  }

  mutating func varint(_ field: UInt64, _ value: Bool) {
    varint(field, value ? 1 : 0)
  }

  mutating func string(_ field: UInt64, _ value: String) {
    guard !value.isEmpty else { return }
    element(field, value)
  }

  /// An element of a repeated field, which is written even when it is empty.
  mutating func element(_ field: UInt64, _ value: String) {
    tag(field, .lengthDelimited)
    append(UInt64(value.utf8.count))
    bytes += value.utf8
  }

  mutating func data(_ field: UInt64, _ value: some Collection<UInt8>) {
    guard !value.isEmpty else { return }
    tag(field, .lengthDelimited)
    append(UInt64(value.count))
    bytes += value
  }

  /// A message, which is written even when it is empty.
  mutating func message(_ field: UInt64, capacity: Int = 64, _ write: (inout WireFormatWriter) -> Void) {
    var inner = WireFormatWriter(capacity: capacity)
    write(&inner)
    tag(field, .lengthDelimited)
    append(UInt64(inner.bytes.count))
    bytes += inner.bytes
  }

  private mutating func tag(_ field: UInt64, _ kind: WireFormat.Kind) {
    append(field << 3 | kind.rawValue)
  }

  private mutating func append(_ value: UInt64) {
    WireFormat.append(value, to: &bytes)
  }
}

enum WireFormat {
  enum Kind: UInt64 {
    case varint = 0
    case fixed64 = 1
    case lengthDelimited = 2
    case fixed32 = 5
  }

  /// As a varint.
  static func append(_ value: UInt64, to bytes: inout [UInt8]) {
    var value = value
    while value >= 0x80 {
      bytes.append(UInt8(truncatingIfNeeded: value) | 0x80)
      value >>= 7
    }
    bytes.append(UInt8(truncatingIfNeeded: value))
  }
}
