/// The tasks that wait for a child: of each requirement the highest priority first, then the one taken first.
struct TaskQueue: Sendable {
  private struct Line {
    let requirement: SkillRequirement
    var tasks: IndexedHeap<Int, QueueRank> = IndexedHeap()
  }

  private var lines: [String: [Line]] = [:]
  private(set) var count = 0

  var isEmpty: Bool { count == 0 }

  /// What the waiting tasks ask for.
  var requirements: [SkillRequirement] {
    lines.values.flatMap { $0.map(\.requirement) }
  }

  mutating func insert(_ task: Int, _ requirement: SkillRequirement, rank: QueueRank) {
    let name = requirement.name
    if let place = lines[name]?.firstIndex(where: { $0.requirement == requirement }) {
      lines[name]?[place].tasks.set(task, rank: rank)
    } else {
      var line = Line(requirement: requirement)
      line.tasks.set(task, rank: rank)
      lines[name, default: []].append(line)
    }
    count += 1
  }

  mutating func remove(_ task: Int, _ requirement: SkillRequirement) {
    let name = requirement.name
    guard let place = lines[name]?.firstIndex(where: { $0.requirement == requirement }),
      lines[name]?[place].tasks.remove(task) == true
    else { return }
    count -= 1
    guard lines[name]?[place].tasks.isEmpty == true else { return }
    lines[name]?.remove(at: place)
    if lines[name]?.isEmpty == true { lines[name] = nil }
  }

  /// The task that comes first among those that one of the variants serves.
  func first(for variants: some Sequence<SkillVariant>) -> Int? {
    guard !isEmpty else { return nil }
    var best: IndexedHeap<Int, QueueRank>.Entry?
    for variant in variants {
      for line in lines[variant.name] ?? [] where line.requirement.isMet(by: variant) {
        guard let first = line.tasks.first else { continue }
        if let found = best, found.rank < first.rank { continue }
        best = first
      }
    }
    return best?.key
  }

  /// The waiting tasks of one requirement.
  func tasks(asking requirement: SkillRequirement) -> [Int] {
    lines[requirement.name]?.first { $0.requirement == requirement }?.tasks.keys ?? []
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
