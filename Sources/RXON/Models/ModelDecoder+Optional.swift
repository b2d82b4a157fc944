// Members that may be absent or null.
extension ModelDecoder {
  public mutating func optionalString() throws(ModelError) -> String? {
    try takeNull() ? nil : string()
  }

  public mutating func optionalInteger() throws(ModelError) -> Int? {
    try takeNull() ? nil : integer()
  }

  public mutating func optionalRawObject() throws(ModelError) -> RawJSON? {
    try takeNull() ? nil : rawObject()
  }

  public mutating func optionalStrings() throws(ModelError) -> [String]? {
    try takeNull() ? nil : list { (decoder) throws(ModelError) in try decoder.string() }
  }

  public mutating func optional<Model: RXONModel>(_ type: Model.Type) throws(ModelError) -> Model? {
    try takeNull() ? nil : nested(type)
  }

  public mutating func optionalList<Model: RXONModel>(of type: Model.Type) throws(ModelError) -> [Model]? {
    try takeNull() ? nil : list { (decoder) throws(ModelError) in try decoder.nested(type) }
  }

  public mutating func optionalMap<Model: RXONModel>(of type: Model.Type) throws(ModelError) -> [String: Model]? {
    try takeNull() ? nil : map { (decoder) throws(ModelError) in try decoder.nested(type) }
  }

  public mutating func optionalStringMap() throws(ModelError) -> [String: String]? {
    try takeNull() ? nil : map { (decoder) throws(ModelError) in try decoder.string() }
  }

  public mutating func optionalDoubleMap() throws(ModelError) -> [String: Double]? {
    try takeNull() ? nil : map { (decoder) throws(ModelError) in try decoder.double() }
  }

  public mutating func optionalObjectMap() throws(ModelError) -> [String: RawJSON]? {
    try takeNull() ? nil : map { (decoder) throws(ModelError) in try decoder.rawObject() }
  }
}
