/// What a task asks of a child: the skill, and its version and type where the task names them.
struct SkillRequirement: Hashable {
  var name: String
  var version: String?
  var type: String?

  /// As the reference matches: what is named must be equal, what is not named is free.
  func isMet(by variant: SkillVariant) -> Bool {
    name == variant.name && (version == nil || version == variant.version) && (type == nil || type == variant.type)
  }
}

extension SkillRequirement: CustomStringConvertible {
  var description: String {
    ([name] + [version.map { "version \($0)" }, type.map { "type \($0)" }].compactMap(\.self)).joined(separator: ", ")
  }
}

/// A skill as a child describes it. Children that describe it alike share a variant.
struct SkillVariant: Hashable {
  var name: String
  var version: String?
  var type: String?
}
