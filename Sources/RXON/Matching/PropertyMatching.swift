/// Whether the properties of a resource meet those that are asked for.
///
/// The semantics are the reference's: numbers must be at least what is asked for (booleans count as 1 and 0), a list
/// that is asked for must share an element with a list and contain anything else, a list that is offered must contain
/// what is asked for, everything else must be equal. What is asked for must be there and not null.
public enum PropertyMatching {
  /// - Parameters:
  ///   - available: an object; nil offers nothing.
  ///   - required: an object; nil asks for nothing.
  public static func matches(available: RawJSON?, required: RawJSON?) -> Bool {
    guard let required, let requirements = (try? required.value())?.object, !requirements.members.isEmpty else {
      return true
    }
    let offers = available.flatMap { try? $0.value() }?.object ?? JSONObject()
    return requirements.members.allSatisfy { requirement in
      guard let offer = offers[requirement.name], !offer.isNull else { return false }
      return matches(offer, requirement.value)
    }
  }

  private static func matches(_ offer: JSONValue, _ requirement: JSONValue) -> Bool {
    if let offered = ComparableNumber(offer), let required = ComparableNumber(requirement) {
      return offered >= required
    }
    switch (offer, requirement) {
    case (.array(let offers), .array(let requirements)):
      return requirements.contains { requirement in offers.contains { $0.isEquivalent(to: requirement) } }
    case (_, .array(let requirements)):
      return requirements.contains { $0.isEquivalent(to: offer) }
    case (.array(let offers), _):
      return offers.contains { $0.isEquivalent(to: requirement) }
    default:
      return offer.isEquivalent(to: requirement)
    }
  }
}
