/// Appends JSON tokens to a buffer, and puts the commas where they belong.
///
/// The caller nests `begin…` and `end…` properly and gives each object member a name.
public struct JSONWriter: Sendable {
  /// What was written so far.
  public private(set) var bytes: [UInt8]
  private var needsComma = false

  /// - Parameter capacity: bytes to make room for at first.
  public init(capacity: Int = 512) {
    bytes = []
    bytes.reserveCapacity(capacity)
  }

  /// What was written, as a value: complete when all that was begun has ended, `null` when nothing was written.
  public func finish() -> RawJSON {
    bytes.isEmpty ? .null : RawJSON(valid: bytes)
  }

  public mutating func beginObject() { open(UInt8(ascii: "{")) }
  public mutating func endObject() { close(UInt8(ascii: "}")) }
  public mutating func beginArray() { open(UInt8(ascii: "[")) }
  public mutating func endArray() { close(UInt8(ascii: "]")) }

  /// Begins a member whose name needs no escapes.
  public mutating func name(_ name: StaticString) {
    separate()
    bytes.append(UInt8(ascii: "\""))
    bytes.append(contentsOf: UnsafeBufferPointer(start: name.utf8Start, count: name.utf8CodeUnitCount))
    bytes.append(UInt8(ascii: "\""))
    bytes.append(UInt8(ascii: ":"))
    needsComma = false
  }

  /// Begins a member.
  public mutating func name(_ name: String) {
    write(name)
    bytes.append(UInt8(ascii: ":"))
    needsComma = false
  }

  /// Writes a string, escaped as the canonical form asks.
  public mutating func write(_ value: String) {
    separate()
    bytes.append(UInt8(ascii: "\""))
    var value = value
    value.withUTF8 { StringEscaper.append($0, to: &bytes) }
    bytes.append(UInt8(ascii: "\""))
    needsComma = true
  }

  public mutating func write(_ value: Int) {
    separate()
    DecimalWriter.append(Int64(value), to: &bytes)
    needsComma = true
  }

  public mutating func write(_ value: UInt64) {
    separate()
    DecimalWriter.append(value, to: &bytes)
    needsComma = true
  }

  /// Writes `null` for what JSON has no number for; an integral value below 2^63 without fraction.
  public mutating func write(_ value: Double) {
    guard value.isFinite else { return writeNull() }
    separate()
    if let integer = Int64(exactly: value) {
      DecimalWriter.append(integer, to: &bytes)
    } else {
      DecimalWriter.append(value, to: &bytes)
    }
    needsComma = true
  }

  public mutating func write(_ value: Bool) {
    writeLiteral(value ? "true" : "false")
  }

  public mutating func writeNull() {
    writeLiteral("null")
  }

  /// Splices a value in as it is.
  public mutating func write(_ value: RawJSON) {
    separate()
    value.withUnsafeBytes { bytes.append(contentsOf: $0) }
    needsComma = true
  }

  public mutating func write(_ values: [String]) {
    beginArray()
    for value in values { write(value) }
    endArray()
  }

  /// Writes a model as an object.
  public mutating func write(_ model: some RXONModel) {
    model.encode(into: &self)
  }

  private mutating func writeLiteral(_ literal: StaticString) {
    separate()
    bytes.append(contentsOf: UnsafeBufferPointer(start: literal.utf8Start, count: literal.utf8CodeUnitCount))
    needsComma = true
  }

  private mutating func open(_ byte: UInt8) {
    separate()
    bytes.append(byte)
    needsComma = false
  }

  private mutating func close(_ byte: UInt8) {
    bytes.append(byte)
    needsComma = true
  }

  @inline(__always)
  private mutating func separate() {
    if needsComma { bytes.append(UInt8(ascii: ",")) }
  }
}
