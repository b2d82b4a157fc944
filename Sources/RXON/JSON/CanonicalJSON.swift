/// The canonical form of JSON values, over which signatures and hashes are made (protocol §3).
///
/// Names sorted by their UTF-8, no white space, nothing escaped that need not be, null members dropped from objects,
/// integral numbers as integers, other numbers in the shortest form that reads back the same.
public enum CanonicalJSON {
  /// How deep a value may stand: the document itself is at depth 0.
  public static let maximumDepth = 30

  /// - Parameter names: members of the document itself that are left out.
  /// - Throws: ``JSONError/Problem/tooDeep(limit:)`` and ``JSONError/Problem/integerOutOfRange`` for what has no
  ///   canonical form.
  public static func encode(_ json: RawJSON, omittingTopLevel names: [String] = []) throws(JSONError) -> [UInt8] {
    try CanonicalEncoder.encode(json, omitting: names, schema: nil)
  }

  /// Checks a document and encodes it.
  public static func encode(
    bytes: [UInt8], omittingTopLevel names: [String] = [], limits: JSONLimits = .default
  ) throws(JSONError) -> [UInt8] {
    try encode(RawJSON(validating: bytes, limits: limits), omittingTopLevel: names)
  }
}

/// What the reference's models make of a message: members that a model does not know are dropped, and integer members
/// that equal their default. A worker checks a task's `sig` over this view of what arrived (protocol §3).
public enum ModelView {
  /// The canonical form of the view.
  /// - Parameter json: a message that decodes as the model; of any other the view has no meaning.
  public static func encode<Model: RXONModel>(
    _ json: RawJSON, as model: Model.Type, omittingTopLevel names: [String] = []
  ) throws(JSONError) -> [UInt8] {
    try CanonicalEncoder.encode(json, omitting: names, schema: model.schema)
  }
}
