/// A valid JSON value in the bytes in which it arrived.
///
/// Values taken out of a document share its storage: nothing is copied until ``bytes`` of a part is asked for. A part
/// keeps the whole document alive; ``detached()`` does not. Two values are equal when their bytes are, so `1` and `1.0`
/// differ.
public struct RawJSON: Sendable {
  let storage: [UInt8]
  let range: Range<Int>

  /// Bytes that were found valid, or were written as valid JSON.
  init(valid storage: [UInt8], range: Range<Int>) {
    self.storage = storage
    self.range = range
  }

  init(valid storage: [UInt8]) {
    self.init(valid: storage, range: 0..<storage.count)
  }

  /// Checks a document: one JSON value (RFC 8259) in UTF-8, without lone surrogates, within the limits. White space
  /// around it is not part of the value.
  public init(validating bytes: [UInt8], limits: JSONLimits = .default) throws(JSONError) {
    let range = try bytes.withUnsafeBufferPointer { (buffer) throws(JSONError) -> Range<Int> in
      guard buffer.count <= limits.maximumBytes else { throw JSONError(.tooLarge(limit: limits.maximumBytes), at: 0) }
      var scanner = JSONScanner(buffer, range: 0..<buffer.count, maximumDepth: limits.maximumDepth)
      let range = try scanner.skipValue(depth: 0)
      try scanner.expectEnd()
      return range
    }
    self.init(valid: bytes, range: range)
  }

  /// Checks a document after copying it.
  public init(validating bytes: some Collection<UInt8>, limits: JSONLimits = .default) throws(JSONError) {
    try self.init(validating: Array(bytes), limits: limits)
  }

  /// Checks a document that is at hand as text.
  public init(validating text: String, limits: JSONLimits = .default) throws(JSONError) {
    try self.init(validating: Array(text.utf8), limits: limits)
  }

  /// The value's bytes; copied when the value is a part of a document.
  public var bytes: [UInt8] {
    range.count == storage.count ? storage : Array(storage[range])
  }

  /// In bytes.
  public var count: Int { range.count }

  /// The value as text.
  public var string: String {
    withUnsafeBytes { String(decoding: $0, as: UTF8.self) }
  }

  /// The same value in storage of its own.
  public func detached() -> RawJSON {
    RawJSON(valid: bytes)
  }

  /// Lends the bytes without a copy.
  public func withUnsafeBytes<Success, Failure: Error>(
    _ body: (UnsafeBufferPointer<UInt8>) throws(Failure) -> Success
  ) throws(Failure) -> Success {
    try storage.withUnsafeBufferPointer { (buffer) throws(Failure) -> Success in
      try body(UnsafeBufferPointer(rebasing: buffer[range]))
    }
  }
}

extension RawJSON: Hashable {
  public static func == (left: RawJSON, right: RawJSON) -> Bool {
    left.storage[left.range] == right.storage[right.range]
  }

  public func hash(into hasher: inout Hasher) {
    withUnsafeBytes { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
  }
}

extension RawJSON: CustomStringConvertible {
  public var description: String { string }
}

/// A member of an object, in the order of the document.
public struct JSONMember: Sendable, Hashable {
  public var name: String
  public var value: RawJSON

  public init(name: String, value: RawJSON) {
    self.name = name
    self.value = value
  }
}
