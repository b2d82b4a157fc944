/// Who is able and who is ready, by skill.
///
/// An entry stands for one variant of a skill. It lives while a child or a poll group uses it, and orders the groups
/// that could start such a task now by the strategy of the skill's route. Groups and entries are known by slots.
struct SkillDirectory: Sendable {
  private struct Entry {
    let variant: SkillVariant
    var strategy: RoutingStrategy
    var uses: Int
    var ready: IndexedHeap<Int, ChildRank> = IndexedHeap()
    /// How many of the ready have it hot.
    var hotCount = 0
  }

  private var routes: [Route]
  private var entries = SlotArray<Entry>()
  private var slotsByName: [String: [Int]] = [:]

  init(routes: [Route]) {
    self.routes = routes
  }

  /// Ranks that were given by the old strategies must be given anew.
  mutating func setRoutes(_ routes: [Route]) {
    self.routes = routes
    for slots in slotsByName.values {
      for slot in slots {
        guard let name = entries[slot]?.variant.name else { continue }
        let strategy = route(of: name)?.strategy ?? .standard
        entries[slot]?.strategy = strategy
      }
    }
  }

  // MARK: Ability

  /// Begins a use of the variant's entry, to be ended by ``release(_:)``.
  mutating func retain(_ variant: SkillVariant) -> Int {
    for slot in slotsByName[variant.name] ?? [] where entries[slot]?.variant == variant {
      entries[slot]?.uses += 1
      return slot
    }
    let strategy = route(of: variant.name)?.strategy ?? .standard
    let slot = entries.insert(Entry(variant: variant, strategy: strategy, uses: 1))
    slotsByName[variant.name, default: []].append(slot)
    return slot
  }

  mutating func release(_ slot: Int) {
    entries[slot]?.uses -= 1
    guard let entry = entries[slot], entry.uses <= 0 else { return }
    entries.remove(slot)
    let name = entry.variant.name
    slotsByName[name]?.removeAll { $0 == slot }
    if slotsByName[name]?.isEmpty == true { slotsByName[name] = nil }
  }

  /// Whether a child offers the skill at all, ready or not; any child, whoever the task is for.
  func isAble(_ requirement: SkillRequirement) -> Bool {
    (slotsByName[requirement.name] ?? []).contains { slot in
      entries[slot].map { requirement.isMet(by: $0.variant) } ?? false
    }
  }

  func route(of skill: String) -> Route? {
    routes.first { $0.skill.matches(skill) }
  }

  // MARK: Readiness

  func strategy(of slot: Int) -> RoutingStrategy {
    entries[slot]?.strategy ?? .standard
  }

  mutating func setReady(_ group: Int, rank: ChildRank, for skill: OfferedSkill) {
    guard entries[skill.entry]?.ready.set(group, rank: rank) == true, skill.isHot else { return }
    entries[skill.entry]?.hotCount += 1
  }

  mutating func setUnready(_ group: Int, for skill: OfferedSkill) {
    guard entries[skill.entry]?.ready.remove(group) == true, skill.isHot else { return }
    entries[skill.entry]?.hotCount -= 1
  }

  /// The ready group that the route's strategy puts first, whoever the task is for.
  func bestGroup(for requirement: SkillRequirement) -> Int? {
    var best: IndexedHeap<Int, ChildRank>.Entry?
    for slot in slotsByName[requirement.name] ?? [] {
      guard let first = entries[slot]?.ready.first, let variant = entries[slot]?.variant,
        requirement.isMet(by: variant)
      else { continue }
      if let found = best, found.rank <= first.rank { continue }
      best = first
    }
    return best?.key
  }

  /// The names of the skills that someone could start now, sorted.
  var readySkills: [String] { names { !$0.ready.isEmpty } }

  /// The names of the skills that someone has hot and could start now, sorted.
  var hotSkills: [String] { names { $0.hotCount > 0 } }

  /// The names of the skills that someone offers, ready or not, sorted.
  var ableSkills: [String] { slotsByName.keys.sorted() }

  private func names(where condition: (Entry) -> Bool) -> [String] {
    var names: [String] = []
    for (name, slots) in slotsByName where slots.contains(where: { entries[$0].map(condition) ?? false }) {
      names.append(name)
    }
    return names.sorted()
  }

  /// For tests: how many entries exist.
  var count: Int { entries.count }
}
