/// Who is able and who is ready, by skill.
///
/// An entry stands for one variant of a skill. It lives while a child or a poll group uses it, and orders the groups
/// that could start such a task now by the strategy of the skill's route. Groups and entries are known by slots.
struct SkillDirectory {
  private struct Entry {
    let variant: SkillVariant
    let strategy: RoutingStrategy
    var uses: Int
    var ready: IndexedHeap<Int, ChildRank> = IndexedHeap()
  }

  private let routes: [Route]
  private var entries = SlotArray<Entry>()
  private var slotsByName: [String: [Int]] = [:]

  init(routes: [Route]) {
    self.routes = routes
  }

  // MARK: Ability

  /// Begins a use of the variant's entry, to be ended by ``release(_:)``.
  mutating func retain(_ variant: SkillVariant) -> Int {
    for slot in slotsByName[variant.name] ?? [] where entries[slot]?.variant == variant {
      entries[slot]?.uses += 1
      return slot
    }
    let slot = entries.insert(Entry(variant: variant, strategy: route(of: variant.name)?.strategy ?? .standard, uses: 1))
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

  /// Whether a child offers the skill at all, ready or not.
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

  func variant(of slot: Int) -> SkillVariant? {
    entries[slot]?.variant
  }

  mutating func setReady(_ group: Int, rank: ChildRank, in slot: Int) {
    entries[slot]?.ready.set(group, rank: rank)
  }

  mutating func setUnready(_ group: Int, in slot: Int) {
    entries[slot]?.ready.remove(group)
  }

  /// The ready group that the route's strategy puts first.
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
  var readySkills: [String] {
    slotsByName.filter { $0.value.contains { entries[$0]?.ready.isEmpty == false } }.keys.sorted()
  }

  /// For tests: how many entries exist.
  var count: Int { entries.count }
}
