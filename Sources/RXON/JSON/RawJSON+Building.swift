extension RawJSON {
  public static let null = RawJSON(valid: Array("null".utf8))
  public static let emptyObject = RawJSON(valid: Array("{}".utf8))
  public static let emptyArray = RawJSON(valid: Array("[]".utf8))

  public static func bool(_ value: Bool) -> RawJSON {
    .written { $0.write(value) }
  }

  public static func integer(_ value: Int) -> RawJSON {
    .written { $0.write(value) }
  }

  /// `null` for what JSON has no number for.
  public static func number(_ value: Double) -> RawJSON {
    .written { $0.write(value) }
  }

  public static func string(_ value: String) -> RawJSON {
    .written { $0.write(value) }
  }

  public static func strings(_ values: [String]) -> RawJSON {
    .written { $0.write(values) }
  }

  public static func array(_ elements: [RawJSON]) -> RawJSON {
    .written { writer in
      writer.beginArray()
      for element in elements { writer.write(element) }
      writer.endArray()
    }
  }

  /// An object with these members in this order.
  public static func object(_ members: [JSONMember]) -> RawJSON {
    .written { writer in
      writer.beginObject()
      for member in members { writer.member(member.name, member.value) }
      writer.endObject()
    }
  }

  public static func object(_ members: KeyValuePairs<String, RawJSON>) -> RawJSON {
    object(members.map { JSONMember(name: $0.key, value: $0.value) })
  }

  /// The object with a member set, at its old place or at the end, or removed by nil. What is no object counts as an
  /// empty one.
  public func setting(_ name: String, to value: RawJSON?) -> RawJSON {
    var members = members
    let place = members.firstIndex { $0.name.utf8.elementsEqual(name.utf8) } ?? members.count
    members.removeAll { $0.name.utf8.elementsEqual(name.utf8) }
    if let value { members.insert(JSONMember(name: name, value: value), at: min(place, members.count)) }
    return .object(members)
  }

  private static func written(_ body: (inout JSONWriter) -> Void) -> RawJSON {
    var writer = JSONWriter(capacity: 64)
    body(&writer)
    return writer.finish()
  }
}
