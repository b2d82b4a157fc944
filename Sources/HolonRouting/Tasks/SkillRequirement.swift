/// What a task asks of a child: the skill, its version and type where the task names them, and who may do it.
struct SkillRequirement: Hashable {
  var name: String
  var version: String?
  var type: String?
  /// The only child that may do it: the parent chose that worker among others. Nil where any may.
  var child: String?

  /// As the reference matches: what is named must be equal, what is not named is free. Says nothing of ``child``.
  func isMet(by variant: SkillVariant) -> Bool {
    name == variant.name && (version == nil || version == variant.version) && (type == nil || type == variant.type)
  }

  /// Why no child does it, for the parent.
  var inability: String {
    let subject = child.map { "the worker \($0) is not here, or not able to do" } ?? "no child is able to do"
    return "\(subject) \(self)"
  }
}

extension SkillRequirement: CustomStringConvertible {
  /// The skill alone.
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
