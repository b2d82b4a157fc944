extension ModelDecoder {
  /// A string or null.
  public mutating func optionalString() throws(ModelError) -> String? {
    try takeNull() ? nil : string()
  }

  /// An integer or null.
  public mutating func optionalInteger() throws(ModelError) -> Int? {
    try takeNull() ? nil : integer()
  }

  /// An object as a slice of the document, or null.
  public mutating func optionalRawObject() throws(ModelError) -> RawJSON? {
    try takeNull() ? nil : rawObject()
  }

  /// A list of strings or null.
  public mutating func optionalStrings() throws(ModelError) -> [String]? {
    try takeNull() ? nil : list { (decoder) throws(ModelError) in try decoder.string() }
  }

  /// A model or null.
  public mutating func optional<Model: RXONModel>(_ type: Model.Type) throws(ModelError) -> Model? {
    try takeNull() ? nil : nested(type)
  }

  /// A list of models or null.
  public mutating func optionalList<Model: RXONModel>(of type: Model.Type) throws(ModelError) -> [Model]? {
    try takeNull() ? nil : list { (decoder) throws(ModelError) in try decoder.nested(type) }
  }

  /// An object whose values are models, or null.
  public mutating func optionalMap<Model: RXONModel>(of type: Model.Type) throws(ModelError) -> [String: Model]? {
    try takeNull() ? nil : map { (decoder) throws(ModelError) in try decoder.nested(type) }
  }

  /// An object whose values are strings, or null.
  public mutating func optionalStringMap() throws(ModelError) -> [String: String]? {
    try takeNull() ? nil : map { (decoder) throws(ModelError) in try decoder.string() }
  }

  /// An object whose values are numbers, or null.
  public mutating func optionalDoubleMap() throws(ModelError) -> [String: Double]? {
    try takeNull() ? nil : map { (decoder) throws(ModelError) in try decoder.double() }
  }

  /// An object whose values are objects, or null.
  public mutating func optionalObjectMap() throws(ModelError) -> [String: RawJSON]? {
    try takeNull() ? nil : map { (decoder) throws(ModelError) in try decoder.rawObject() }
  }
}
