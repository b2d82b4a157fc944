/// The polls that wait for a task.
///
/// Polls of one child that declare the same skills form a group: what could start now is indexed by group, not by poll.
struct ParkedPolls: Sendable {
  struct Poll {
    let ticket: PollTicket
    let group: Int
  }

  private var polls = SlotArray<Poll>()
  private var slotsByCall: [CallID: Int] = [:]
  private var expiries = IndexedHeap<Int, Duration>()
  private var groups = SlotArray<PollGroup>()

  var count: Int { polls.count }

  /// When the next poll's wait is over.
  var nextExpiry: Duration? { expiries.first?.rank }

  func group(_ slot: Int) -> PollGroup? { groups[slot] }

  mutating func addGroup(_ group: PollGroup) -> Int { groups.insert(group) }

  mutating func setIndexed(_ isIndexed: Bool, group slot: Int) { groups[slot]?.isIndexed = isIndexed }

  mutating func setSkills(_ skills: [OfferedSkill], ofGroup slot: Int) { groups[slot]?.skills = skills }

  /// Removes a group and its polls; answers their calls, oldest first.
  mutating func removeGroup(_ slot: Int) -> [CallID] {
    guard let group = groups[slot] else { return [] }
    let calls = group.polls.compactMap { forget($0)?.ticket.call }
    groups.remove(slot)
    return calls
  }

  mutating func park(_ ticket: PollTicket, inGroup group: Int, until expiry: Duration) {
    let slot = polls.insert(Poll(ticket: ticket, group: group))
    slotsByCall[ticket.call] = slot
    expiries.set(slot, rank: expiry)
    groups[group]?.polls.append(slot)
  }

  /// Takes the newest poll of a group: its connection is the likeliest to be alive.
  mutating func takeNewest(ofGroup group: Int) -> PollTicket? {
    guard let slot = groups[group]?.polls.popLast() else { return nil }
    return forget(slot)?.ticket
  }

  mutating func takeOldest(ofGroup group: Int) -> CallID? {
    guard let slot = groups[group]?.polls.first else { return nil }
    return take(slot)?.ticket.call
  }

  mutating func take(_ call: CallID) -> Poll? {
    slotsByCall[call].flatMap { take($0) }
  }

  /// Takes a poll whose wait is over.
  mutating func takeExpired(at uptime: Duration) -> Poll? {
    guard let first = expiries.first, first.rank <= uptime else { return nil }
    return take(first.key)
  }

  private mutating func take(_ slot: Int) -> Poll? {
    guard let poll = forget(slot) else { return nil }
    if let place = groups[poll.group]?.polls.firstIndex(of: slot) { groups[poll.group]?.polls.remove(at: place) }
    return poll
  }

  private mutating func forget(_ slot: Int) -> Poll? {
    guard let poll = polls.remove(slot) else { return nil }
    slotsByCall[poll.ticket.call] = nil
    expiries.remove(slot)
    return poll
  }
}

/// A poll, as the task that answers it has to know it.
struct PollTicket: Sendable {
  let call: CallID
  /// The child's name for it, where the two sides keep leases.
  var lease: Lease?
}

/// Parked polls of one child that declare the same skills.
struct PollGroup: Sendable {
  let child: Int
  let declared: DeclaredSkills
  var skills: [OfferedSkill]
  /// Slots of the polls, oldest first.
  var polls: [Int] = []
  /// Whether the skill directory counts it as ready.
  var isIndexed = false
}

/// What a poll says about skills; nil where it leaves that to the last heartbeat or the registration.
struct DeclaredSkills: Equatable, Sendable {
  var available: [String]?
  var hot: [String]?
}

/// A skill that a poll group can start, with all that its rank needs.
struct OfferedSkill: Sendable {
  /// The skill's entry in the directory.
  let entry: Int
  let variant: SkillVariant
  let strategy: RoutingStrategy
  let isHot: Bool
  let cost: Double?
  /// The child's place in a fixed order.
  let order: UInt64
}
