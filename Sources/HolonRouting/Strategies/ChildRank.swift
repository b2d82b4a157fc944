/// What a strategy may know of a child that could take a task of one skill.
struct Candidate {
  var isHot: Bool
  /// Nil when the child names none.
  var cost: Double?
  /// How many tasks it runs.
  var running: Int
  /// How many more it could start now.
  var parkedPolls: Int
  /// Rises with every task that any child is given; the child's last one.
  var lastServed: UInt64
  /// Its place in a fixed order.
  var order: UInt64
  /// What was observed of it with this skill.
  var record: ServiceRecord?
}

/// A child's place among the candidates: lowest first, compared from the first part to the turn.
struct ChildRank: Comparable {
  var first: Double
  var second: Double
  var third: Double
  var turn: UInt64

  init(_ first: Double = 0, _ second: Double = 0, _ third: Double = 0, turn: UInt64) {
    self.first = first
    self.second = second
    self.third = third
    self.turn = turn
  }

  static func < (left: ChildRank, right: ChildRank) -> Bool {
    if left.first != right.first { return left.first < right.first }
    if left.second != right.second { return left.second < right.second }
    if left.third != right.third { return left.third < right.third }
    return left.turn < right.turn
  }
}
