/// One waiting item with what its attempts have taught.
struct OutboxEntry: Sendable {
  enum State: Sendable {
    /// In its queue's heap of ready items.
    case ready
    /// In its queue's heap of waiting items.
    case waiting
    case inFlight
    /// Too large for the parent; in no heap until something smaller is added in its place.
    case awaitingReplacement
  }

  var item: OutboxItem
  let lane: Int
  /// Order of arrival; also tells an entry from an earlier one in the same slot.
  let sequence: UInt64
  var state = State.ready
  /// The wait is the item's own (a replay memory to outlast) and stands when the uplink comes back.
  var waitStands = false
  var attempts = 0
  var lastSignedAt: Int?
  var handedOutAt: Duration = .zero
  var previousDelay: Duration?
  var history = OutcomeTable.History()
  /// The lane's proofs of good credentials when this item was first handed out or last forbidden.
  var proofsSeen: UInt64?
  /// Neighbours in order of arrival within the lane.
  var older: Int?
  var newer: Int?
}

/// The entries in slots that stay put, found by id, and listed per lane in order of arrival. All operations are O(1).
struct OutboxStore: Sendable {
  private var slots: [OutboxEntry?] = []
  private var free: [Int] = []
  private var slotOfID: [OutboxID: Int] = [:]
  private var oldest: [Int?] = []
  private var newest: [Int?] = []
  private var nextSequence: UInt64 = 0

  var count: Int { slotOfID.count }

  mutating func reserveCapacity(_ capacity: Int) {
    slots.reserveCapacity(capacity)
    slotOfID.reserveCapacity(capacity)
  }

  mutating func addLane() {
    oldest.append(nil)
    newest.append(nil)
  }

  func slot(of id: OutboxID) -> Int? {
    slotOfID[id]
  }

  func oldestItem(inLane lane: Int) -> OutboxItem? {
    oldest[lane].flatMap { slots[$0]?.item }
  }

  /// The entry in `slot` if it still is the one with this sequence.
  func isCurrent(_ slot: Int, sequence: UInt64) -> Bool {
    slots[slot]?.sequence == sequence
  }

  /// Access to an occupied slot.
  subscript(slot: Int) -> OutboxEntry? {
    _read { yield slots[slot] }
    _modify { yield &slots[slot] }
  }

  mutating func insert(_ item: OutboxItem, lane: Int) -> (slot: Int, sequence: UInt64) {
    var entry = OutboxEntry(item: item, lane: lane, sequence: nextSequence)
    nextSequence += 1
    entry.older = newest[lane]
    let slot: Int
    if let reused = free.popLast() {
      slot = reused
    } else {
      slot = slots.count
      slots.append(nil)
    }
    if let before = newest[lane] { slots[before]?.newer = slot } else { oldest[lane] = slot }
    newest[lane] = slot
    let sequence = entry.sequence
    slots[slot] = entry
    slotOfID[item.id] = slot
    return (slot, sequence)
  }

  @discardableResult
  mutating func remove(_ slot: Int) -> OutboxEntry? {
    guard let entry = slots[slot] else { return nil }
    if let older = entry.older { slots[older]?.newer = entry.newer } else { oldest[entry.lane] = entry.newer }
    if let newer = entry.newer { slots[newer]?.older = entry.older } else { newest[entry.lane] = entry.older }
    slots[slot] = nil
    free.append(slot)
    slotOfID[entry.item.id] = nil
    return entry
  }
}
