/// The tasks that wait for a child: of each requirement the highest priority first, then the one taken first.
struct TaskQueue: Sendable {
  private struct Line {
    let requirement: SkillRequirement
    var tasks: IndexedHeap<Int, QueueRank> = IndexedHeap()
  }

  /// What a poll looks up: lines for anybody, and those for its child alone.
  private struct LineKey: Hashable {
    let skill: String
    let child: String?

    init(_ requirement: SkillRequirement) {
      self.init(skill: requirement.name, child: requirement.child)
    }

    init(skill: String, child: String?) {
      self.skill = skill
      self.child = child
    }
  }

  private var lines: [LineKey: [Line]] = [:]
  /// Tasks that only one child may do, by its id.
  private var pinned: [String: Set<Int>] = [:]
  private(set) var count = 0

  var isEmpty: Bool { count == 0 }

  /// What the waiting tasks ask for.
  var requirements: [SkillRequirement] {
    lines.values.flatMap { $0.map(\.requirement) }
  }

  mutating func insert(_ task: Int, _ requirement: SkillRequirement, rank: QueueRank) {
    let key = LineKey(requirement)
    if let place = lines[key]?.firstIndex(where: { $0.requirement == requirement }) {
      lines[key]?[place].tasks.set(task, rank: rank)
    } else {
      var line = Line(requirement: requirement)
      line.tasks.set(task, rank: rank)
      lines[key, default: []].append(line)
    }
    if let child = requirement.child { pinned[child, default: []].insert(task) }
    count += 1
  }

  mutating func remove(_ task: Int, _ requirement: SkillRequirement) {
    let key = LineKey(requirement)
    guard let place = lines[key]?.firstIndex(where: { $0.requirement == requirement }),
      lines[key]?[place].tasks.remove(task) == true
    else { return }
    count -= 1
    if let child = requirement.child {
      pinned[child]?.remove(task)
      if pinned[child]?.isEmpty == true { pinned[child] = nil }
    }
    guard lines[key]?[place].tasks.isEmpty == true else { return }
    lines[key]?.remove(at: place)
    if lines[key]?.isEmpty == true { lines[key] = nil }
  }

  /// The task that comes first among those that the child may do and one of the variants serves.
  func first(for variants: some Sequence<SkillVariant>, of child: String) -> Int? {
    guard !isEmpty else { return nil }
    let open = first(for: variants, onlyFor: nil)
    guard pinned[child] != nil, let own = first(for: variants, onlyFor: child) else { return open?.key }
    guard let open, open.rank < own.rank else { return own.key }
    return open.key
  }

  private func first(
    for variants: some Sequence<SkillVariant>, onlyFor child: String?
  ) -> IndexedHeap<Int, QueueRank>.Entry? {
    var best: IndexedHeap<Int, QueueRank>.Entry?
    for variant in variants {
      for line in lines[LineKey(skill: variant.name, child: child)] ?? [] where line.requirement.isMet(by: variant) {
        guard let first = line.tasks.first else { continue }
        if let found = best, found.rank < first.rank { continue }
        best = first
      }
    }
    return best
  }

  /// The waiting tasks of one requirement.
  func tasks(asking requirement: SkillRequirement) -> [Int] {
    lines[LineKey(requirement)]?.first { $0.requirement == requirement }?.tasks.keys ?? []
  }

  /// The waiting tasks that only this child may do.
  func tasks(onlyFor child: String) -> Set<Int> {
    pinned[child] ?? []
  }
}

/// A task's place among those that wait.
struct QueueRank: Comparable {
  var priority: Double
  /// Rises with every task taken.
  var age: UInt64

  static func < (left: QueueRank, right: QueueRank) -> Bool {
    left.priority == right.priority ? left.age < right.age : left.priority > right.priority
  }
}
