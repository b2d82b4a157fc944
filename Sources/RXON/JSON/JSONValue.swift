/// A JSON value as a tree, for the few places that look into free-form content.
///
/// Integers are exact where they fit in 64 bits; other numbers are doubles.
public enum JSONValue: Sendable, Hashable {
  case null
  case bool(Bool)
  case integer(Int)
  /// Above `Int.max`.
  case unsigned(UInt64)
  case double(Double)
  case string(String)
  case array([JSONValue])
  case object(JSONObject)
}

/// The members of an object in their order. Names are unique: of duplicates in a document the later wins.
public struct JSONObject: Sendable, Hashable {
  /// A name and its value.
  public struct Member: Sendable, Hashable {
    public var name: String
    public var value: JSONValue

    public init(name: String, value: JSONValue) {
      self.name = name
      self.value = value
    }
  }

  public private(set) var members: [Member]

  /// Of members with one name the later wins, at the place of the first.
  public init(_ members: [Member] = []) {
    // By bytes: Swift takes canonically equivalent strings for equal, JSON does not.
    var places: [[UInt8]: Int] = [:]
    var unique: [Member] = []
    for member in members {
      if let place = places.updateValue(unique.count, forKey: Array(member.name.utf8)) {
        places[Array(member.name.utf8)] = place
        unique[place] = member
      } else {
        unique.append(member)
      }
    }
    self.members = unique
  }

  /// The value of a member. Setting nil removes the member.
  public subscript(name: String) -> JSONValue? {
    get { place(of: name).map { members[$0].value } }
    set {
      switch (place(of: name), newValue) {
      case (let place?, let value?): members[place].value = value
      case (let place?, nil): members.remove(at: place)
      case (nil, let value?): members.append(Member(name: name, value: value))
      case (nil, nil): break
      }
    }
  }

  private func place(of name: String) -> Int? {
    members.firstIndex { $0.name.utf8.elementsEqual(name.utf8) }
  }
}

extension JSONObject: ExpressibleByDictionaryLiteral {
  public init(dictionaryLiteral elements: (String, JSONValue)...) {
    self.init(elements.map { Member(name: $0.0, value: $0.1) })
  }
}

extension JSONValue {
  /// Whether this is `null`, which is not the same as an absent member.
  public var isNull: Bool { self == .null }

  /// `true` or `false`; nil for anything else, also for numbers.
  public var bool: Bool? {
    if case .bool(let value) = self { value } else { nil }
  }

  /// A number that was read as an exact integer.
  public var integer: Int? {
    if case .integer(let value) = self { value } else { nil }
  }

  /// Any number.
  public var double: Double? {
    switch self {
    case .integer(let value): Double(value)
    case .unsigned(let value): Double(value)
    case .double(let value): value
    default: nil
    }
  }

  public var string: String? {
    if case .string(let value) = self { value } else { nil }
  }

  public var array: [JSONValue]? {
    if case .array(let value) = self { value } else { nil }
  }

  public var object: JSONObject? {
    if case .object(let value) = self { value } else { nil }
  }

  /// The value of an object's member.
  public subscript(name: String) -> JSONValue? { object?[name] }
}
