import RXON

/// The skills of several children as those of one node.
///
/// Children may offer one name in several variants. The variant that most children share comes first, since the
/// reference orchestrator reads only the first skill of a name; then follow variants of other versions or types, which
/// the reference takes without complaint and which tell a Holon above what `skill_version` and `skill_type` can be met.
/// Variants that differ from one before them in neither are left out: nobody could ask for them. A tie goes to the
/// child with the lowest id.
struct SkillUnion {
  private struct Variant {
    var skill: SkillInfo
    var children: Int
    var order: Int
  }

  private struct Contract: Hashable {
    var version: String?
    var type: String?
  }

  private var variants: [String: [SkillInfo: Variant]] = [:]
  private var nextOrder = 0

  /// Children are added in the order of their ids.
  mutating func add(_ skills: [SkillInfo]) {
    for skill in Set(skills.map(\.withoutEmptyObjects)) {
      variants[skill.name, default: [:]][skill, default: Variant(skill: skill, children: 0, order: .max)].children += 1
    }
    for skill in skills.map(\.withoutEmptyObjects) where variants[skill.name]?[skill]?.order == .max {
      variants[skill.name]?[skill]?.order = nextOrder
      nextOrder += 1
    }
  }

  /// Sorted by name.
  var skills: [SkillInfo] {
    variants.sorted { $0.key < $1.key }.flatMap { Self.inOrder(Array($0.value.values)) }
  }

  private static func inOrder(_ variants: [Variant]) -> [SkillInfo] {
    var seen: Set<Contract> = []
    return
      variants
      .sorted { $0.children != $1.children ? $0.children > $1.children : $0.order < $1.order }
      .map(\.skill)
      .filter { seen.insert(Contract(version: $0.version, type: $0.type)).inserted }
  }
}
