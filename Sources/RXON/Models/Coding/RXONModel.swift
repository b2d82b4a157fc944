/// A message of the protocol, or a part of one (protocol §2).
///
/// Decoding is strict about types and lenient about members: what a model does not know is kept in `unknown`, in its
/// order, and written again behind what it knows. Of members with one name the later wins.
public protocol RXONModel: Sendable, Hashable {
  /// What the reference implementation knows of this model; see ``ModelView``.
  static var schema: ModelSchema { get }

  /// Reads the value that the decoder stands at.
  init(from decoder: inout ModelDecoder) throws(ModelError)

  /// Writes the model as one object. Optional members without a value and members equal to their default are left out.
  func encode(into writer: inout JSONWriter)
}

extension RXONModel {
  /// Decodes a value that was found valid before.
  public init(json: RawJSON) throws(ModelError) {
    self = try json.storage.withUnsafeBufferPointer { (buffer) throws(ModelError) -> Self in
      let scanner = JSONScanner(buffer, range: json.range, maximumDepth: JSONLimits.greatestDepth)
      var decoder = ModelDecoder(scanner, storage: json.storage)
      return try Self(from: &decoder)
    }
  }

  /// Checks and decodes a document in one pass.
  /// - Throws: the JSON error, or the path of the member that is wrong.
  public init(bytes: [UInt8], limits: JSONLimits = .default) throws(ModelError) {
    self = try bytes.withUnsafeBufferPointer { (buffer) throws(ModelError) -> Self in
      guard buffer.count <= limits.maximumBytes else {
        throw ModelError(JSONError(.tooLarge(limit: limits.maximumBytes), at: 0))
      }
      let scanner = JSONScanner(buffer, range: 0..<buffer.count, maximumDepth: limits.maximumDepth)
      var decoder = ModelDecoder(scanner, storage: bytes)
      let model = try Self(from: &decoder)
      try decoder.expectEnd()
      return model
    }
  }

  /// The model as a document.
  public func encoded() -> [UInt8] {
    var writer = JSONWriter()
    encode(into: &writer)
    return writer.bytes
  }

  /// The model as a value to splice in.
  public func rawJSON() -> RawJSON {
    RawJSON(valid: encoded())
  }
}
