extension JSONWriter {
  /// Writes a member whose name may need escapes.
  public mutating func member(_ name: String, _ value: RawJSON) {
    self.name(name)
    write(value)
  }

  // MARK: Members of models: nil is left out

  /// Writes a member; nothing for nil, as the reference does with what equals its default. The others do the same.
  public mutating func member(_ name: StaticString, _ value: String?) {
    guard let value else { return }
    self.name(name)
    write(value)
  }

  public mutating func member(_ name: StaticString, _ value: Int?) {
    guard let value else { return }
    self.name(name)
    write(value)
  }

  public mutating func member(_ name: StaticString, _ value: Double?) {
    guard let value else { return }
    self.name(name)
    write(value)
  }

  public mutating func member(_ name: StaticString, _ value: Bool?) {
    guard let value else { return }
    self.name(name)
    write(value)
  }

  public mutating func member(_ name: StaticString, _ value: RawJSON?) {
    guard let value else { return }
    self.name(name)
    write(value)
  }

  public mutating func member(_ name: StaticString, _ values: [String]?) {
    guard let values else { return }
    self.name(name)
    write(values)
  }

  public mutating func member(_ name: StaticString, _ model: (some RXONModel)?) {
    guard let model else { return }
    self.name(name)
    write(model)
  }

  public mutating func member(_ name: StaticString, _ models: [some RXONModel]?) {
    guard let models else { return }
    self.name(name)
    beginArray()
    for model in models { write(model) }
    endArray()
  }

  public mutating func member(_ name: StaticString, _ values: [String: String]?) {
    map(name, values) { $0.write($1) }
  }

  public mutating func member(_ name: StaticString, _ values: [String: Double]?) {
    map(name, values) { $0.write($1) }
  }

  public mutating func member(_ name: StaticString, _ values: [String: RawJSON]?) {
    map(name, values) { $0.write($1) }
  }

  public mutating func member(_ name: StaticString, _ models: [String: some RXONModel]?) {
    map(name, models) { $0.write($1) }
  }

  /// Writes members as they are.
  public mutating func members(_ members: [JSONMember]) {
    for member in members { self.member(member.name, member.value) }
  }

  /// Maps have no order of their own; sorted, the same content has the same bytes.
  private mutating func map<Value>(
    _ name: StaticString, _ values: [String: Value]?, _ writeValue: (inout JSONWriter, Value) -> Void
  ) {
    guard let values else { return }
    self.name(name)
    beginObject()
    for (key, value) in values.sorted(by: { $0.key < $1.key }) {
      self.name(key)
      writeValue(&self, value)
    }
    endObject()
  }
}
