// What the orchestrator adds after signing, and what the policy says.
extension TaskPayload {
  /// The version of the skill that the task asks for, if it names one.
  public var skillVersion: String? { unknownString("skill_version") }

  /// The type of the skill that the task asks for, if it names one.
  public var skillType: String? { unknownString("skill_type") }

  /// The skills that the policy permits; nil where it permits all.
  public var allowedSkills: [String]? {
    guard let list = policy?["allowed_skills"], list.kind == .array else { return nil }
    return list.elements.compactMap(\.stringValue)
  }

  private func unknownString(_ name: String) -> String? {
    unknown.last { $0.name == name }?.value.stringValue
  }
}
