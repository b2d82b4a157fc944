/// The members that the reference implementation knows of a model, and what it does with them.
public struct ModelSchema: Sendable {
  /// What a member is, as far as the view needs to know.
  public enum Shape: Sendable {
    /// Taken as it is.
    case value
    /// Dropped when it equals this default.
    case integer(default: Int)
    case model(ModelSchema)
    case list(ModelSchema)
    case map(ModelSchema)
  }

  struct Member: Sendable {
    let name: StaticString
    let shape: Shape
  }

  let members: [Member]

  /// Names need no escapes.
  public init(_ members: KeyValuePairs<StaticString, Shape>) {
    self.members = members.map { Member(name: $0.key, shape: $0.value) }
  }

  /// The shape of a member, nil for one that the model does not know.
  func shape(of name: UnsafeBufferPointer<UInt8>) -> Shape? {
    for member in members where name.equals(member.name) { return member.shape }
    return nil
  }
}

extension UnsafeBufferPointer<UInt8> {
  @inline(__always)
  func equals(_ text: StaticString) -> Bool {
    guard count == text.utf8CodeUnitCount else { return false }
    for index in 0..<count where self[index] != text.utf8Start[index] { return false }
    return true
  }
}
