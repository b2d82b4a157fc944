extension ChildRank {
  /// The expected price of one success; where prices are equal (nothing costs nothing), the shortest time to one.
  ///
  /// A child without a record yet counts as instant, so each is tried and then judged by what it did.
  static func bestValue(_ candidate: Candidate) -> ChildRank {
    let time = candidate.record?.secondsPerSuccess ?? 0
    guard let cost = candidate.cost else { return ChildRank(.infinity, time, turn: candidate.lastServed) }
    return ChildRank(cost * time, time, turn: candidate.lastServed)
  }
}
