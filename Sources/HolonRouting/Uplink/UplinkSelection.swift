/// From which of several parents the node asks for work. Results are not its business: they go back to the parent that
/// their task came from (``Outbox``).
public struct UplinkSelection: Sendable {
  public enum Mode: Sendable, Hashable {
    /// The first in order that is there; the others stand by.
    case failover
    /// All that are there, in proportion to their weights.
    case weightedRoundRobin
  }

  /// A parent, as configured; the order is the order of preference.
  public struct Candidate: Sendable, Hashable {
    public var uplink: UplinkID
    /// At least 1.
    public var weight: Int

    public init(_ uplink: UplinkID, weight: Int = 1) {
      self.uplink = uplink
      self.weight = min(max(1, weight), 1_000_000)
    }
  }

  /// Polls to open at one parent.
  public struct Share: Sendable, Hashable {
    public var uplink: UplinkID
    public var polls: Int

    public init(uplink: UplinkID, polls: Int) {
      self.uplink = uplink
      self.polls = polls
    }
  }

  public let mode: Mode
  public let candidates: [Candidate]
  /// A preferred parent must have been there this long before work is asked of it again.
  public let failBackAfter: Duration
  private var availableSince: [Duration?]
  private var turns: [Int]
  private var serving: Int?

  public init(_ mode: Mode, _ candidates: [Candidate], failBackAfter: Duration = .seconds(10)) {
    self.mode = mode
    self.candidates = candidates
    self.failBackAfter = failBackAfter
    availableSince = candidates.map { _ in nil }
    turns = candidates.map { _ in 0 }
  }

  /// A parent came (it is registered with and answers) or went.
  public mutating func set(_ uplink: UplinkID, available: Bool, at now: Duration) {
    guard let index = candidates.firstIndex(where: { $0.uplink == uplink }) else { return }
    if !available {
      availableSince[index] = nil
    } else if availableSince[index] == nil {
      availableSince[index] = now
    }
  }

  /// Distributes new polls over the parents that may be asked now.
  /// - Parameters:
  ///   - demand: polls that are wanted in addition to those in flight.
  ///   - room: how many more polls a parent's limits allow now.
  /// - Returns: shares of at least one poll, in order of preference.
  public mutating func allot(_ demand: Int, at now: Duration, room: (UplinkID) -> Int) -> [Share] {
    guard demand > 0 else { return [] }
    switch mode {
    case .failover:
      guard let index = server(at: now) else { return [] }
      let polls = min(demand, room(candidates[index].uplink))
      return polls > 0 ? [Share(uplink: candidates[index].uplink, polls: polls)] : []
    case .weightedRoundRobin:
      return allotInTurns(demand, room: room)
    }
  }

  private mutating func server(at now: Duration) -> Int? {
    let isServing = serving.map { availableSince[$0] != nil } ?? false
    let better = availableSince.indices.first { index in
      guard let since = availableSince[index] else { return false }
      return !isServing || index == serving || now - since >= failBackAfter
    }
    serving = better
    return better
  }

  /// Smooth weighted round robin: each turn everybody gains his weight, and who has most goes and pays for all.
  private mutating func allotInTurns(_ demand: Int, room: (UplinkID) -> Int) -> [Share] {
    var left = candidates.indices.map { availableSince[$0] == nil ? 0 : max(0, room(candidates[$0].uplink)) }
    var polls = candidates.map { _ in 0 }
    for _ in 0..<demand {
      var chosen: Int?
      var total = 0
      for index in candidates.indices where left[index] > 0 {
        turns[index] += candidates[index].weight
        total += candidates[index].weight
        if chosen.map({ turns[index] > turns[$0] }) ?? true { chosen = index }
      }
      guard let chosen else { break }
      turns[chosen] -= total
      left[chosen] -= 1
      polls[chosen] += 1
    }
    return candidates.indices.filter { polls[$0] > 0 }.map { Share(uplink: candidates[$0].uplink, polls: polls[$0]) }
  }
}
