import RXON

/// The properties of several nodes as those of one: of numbers and booleans the greatest, lists by union, for other values
/// that differ a list of them all. So what one of them meets, the union meets too (see `PropertyMatching`), as long as
/// nodes do not mix numbers and words under one name.
struct PropertyUnion {
  private var values: [String: JSONValue] = [:]

  mutating func add(_ properties: RawJSON?) {
    guard let object = properties.flatMap({ try? $0.value() })?.object else { return }
    for member in object.members where !member.value.isNull {
      values[member.name] = values[member.name].map { Self.union($0, member.value) } ?? member.value
    }
  }

  /// Sorted by name; nil without any.
  var json: RawJSON? {
    guard !values.isEmpty else { return nil }
    return .object(values.sorted { $0.key < $1.key }.map { JSONMember(name: $0.key, value: RawJSON($0.value)) })
  }

  private static func union(_ first: JSONValue, _ second: JSONValue) -> JSONValue {
    if first == second { return first }
    if let left = magnitude(first), let right = magnitude(second) { return right > left ? second : first }
    var seen: Set<JSONValue> = []
    return .array((elements(first) + elements(second)).filter { seen.insert($0).inserted })
  }

  private static func elements(_ value: JSONValue) -> [JSONValue] {
    value.array ?? [value]
  }

  /// Requirements compare booleans as numbers.
  private static func magnitude(_ value: JSONValue) -> Double? {
    value.bool.map { $0 ? 1 : 0 } ?? value.double
  }
}
