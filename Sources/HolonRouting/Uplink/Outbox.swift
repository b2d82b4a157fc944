/// What waits for the parents, and when which of it is to be delivered.
///
/// An item is, from ``add(_:)`` until it is settled or dead-lettered, either waiting or in flight, never both, and never
/// in flight twice. Per uplink, results go before events, and within a kind the higher priority, then the older.
/// Everything per item is O(log n).
///
/// A value without clock or I/O. Times are uptimes unless they say otherwise. The caller performs each ``Delivery`` and
/// reports its end once.
public struct Outbox: Sendable {
  public struct Limits: Sendable, Hashable {
    /// Concurrent deliveries for one uplink.
    public var window: Int
    /// For results and events alike; its window is capped by ``window``.
    public var pacing: CallPacing.Policy
    public var backOff: BackOff.Policy
    public var outcomes: OutcomeTable
    /// The body that parents are known to take, in bytes; for what a failure says. The reference takes 1 MiB.
    public var parentBodyLimit: Int?

    public init(
      window: Int = 16, pacing: CallPacing.Policy = CallPacing.Policy(), backOff: BackOff.Policy = BackOff.Policy(),
      outcomes: OutcomeTable = OutcomeTable(), parentBodyLimit: Int? = 1_048_576
    ) {
      self.window = window
      self.pacing = pacing
      self.backOff = backOff
      self.outcomes = outcomes
      self.parentBodyLimit = parentBodyLimit
    }
  }

  /// What is there for one uplink.
  public struct Counts: Sendable, Hashable {
    public var results = 0
    public var events = 0
    public var inFlight = 0
    /// Of the stored contents.
    public var bytes = 0
    /// Unix seconds at which the item that has been here longest was stored.
    public var oldestStoredAt: Int?

    public init() {}
  }

  public let limits: Limits
  var store = OutboxStore()
  var lanes: [OutboxLane] = []
  private var laneOfUplink: [UplinkID: Int] = [:]

  public init(limits: Limits = Limits()) {
    self.limits = limits
  }

  // MARK: What is there

  /// Items that have not left, over all uplinks.
  public var count: Int { store.count }

  /// Uplinks that items ever waited for, in order of their first appearance.
  public var uplinks: [UplinkID] { lanes.map(\.uplink) }

  public func contains(_ id: OutboxID) -> Bool {
    store.slot(of: id) != nil
  }

  public func counts(for uplink: UplinkID) -> Counts {
    var counts = Counts()
    guard let index = laneOfUplink[uplink] else { return counts }
    counts.results = lanes[index].results.count
    counts.events = lanes[index].events.count
    counts.inFlight = lanes[index].inFlight
    counts.bytes = lanes[index].results.bytes + lanes[index].events.bytes
    counts.oldestStoredAt = store.oldestItem(inLane: index)?.storedAt
    return counts
  }

  // MARK: Coming and going

  /// Takes an item that is in the journal. Under the id of a result that was found too large, it takes its place.
  /// - Returns: false when an item of this id is here already; then nothing changed.
  @discardableResult
  public mutating func add(_ item: OutboxItem) -> Bool {
    if let slot = store.slot(of: item.id) { return replace(slot, with: item) }
    let lane = laneIndex(of: item.uplink)
    let (slot, _) = store.insert(item, lane: lane)
    lanes[lane][item.id.kind].count += 1
    lanes[lane][item.id.kind].bytes += item.bytes
    makeReady(slot)
    return true
  }

  /// Takes what a restart found in the journal, oldest first.
  public mutating func restore(_ items: [OutboxItem]) {
    store.reserveCapacity(store.count + items.count)
    for item in items { add(item) }
  }

  /// Takes an item out, for one that a person or a limit dropped. The end of a delivery of it in flight is then ignored.
  @discardableResult
  public mutating func remove(_ id: OutboxID) -> OutboxItem? {
    guard let slot = store.slot(of: id) else { return nil }
    return removeEntry(slot)?.item
  }

  // MARK: Links

  /// The uplink is down: nothing of it is due until it is restored. Deliveries in flight still have to end.
  public mutating func uplinkLost(_ uplink: UplinkID) {
    lanes[laneIndex(of: uplink)].isOpen = false
  }

  /// A registration or a renewal of the credentials succeeded: everything is due again, except what has a replay memory
  /// to outlast and what a 429 holds back. An uplink starts out lost, so this comes first.
  public mutating func uplinkRestored(_ uplink: UplinkID, at now: Moment) {
    let index = laneIndex(of: uplink)
    lanes[index].isOpen = true
    lanes[index].proved()
    for kind in OutboxKind.allCases {
      for wait in lanes[index][kind].takeWaits() where store.isCurrent(wait.slot, sequence: wait.sequence) {
        if let entry = store[wait.slot], entry.waitStands, wait.notBefore > now.uptime {
          lanes[index][kind].putBack(wait)
        } else {
          makeReady(wait.slot)
        }
      }
    }
  }

  // MARK: Deliveries

  /// Takes up to `limit` items that are to be delivered now, and counts them as in flight.
  /// - Parameter parentTime: the parent's clock in Unix seconds, as well as it is known.
  public mutating func due(for uplink: UplinkID, at now: Moment, parentTime: Int, limit: Int) -> [Delivery] {
    guard let index = laneOfUplink[uplink], lanes[index].isOpen, !lanes[index].isPaused(at: now.uptime) else {
      return []
    }
    var deliveries: [Delivery] = []
    for kind in OutboxKind.allCases {
      endWaits(lane: index, kind, by: now.uptime)
      let room = min(limit - deliveries.count, lanes[index].window - lanes[index].inFlight)
      guard room > 0, lanes[index][kind].hasReady else { continue }
      let inFlight = lanes[index][kind].inFlight
      let allowed = lanes[index][kind].pacing.allowance(demand: inFlight + room, inFlight: inFlight, at: now.uptime)
      let before = deliveries.count
      take(allowed, lane: index, kind, at: now, parentTime: parentTime, into: &deliveries)
      lanes[index][kind].pacing.started(deliveries.count - before, at: now.uptime)
    }
    return deliveries
  }

  /// When to call ``due(for:at:parentTime:limit:)`` again though nothing else happens, as uptime; one that has passed
  /// means at once. Nil when only a call that ends or comes in can make something due.
  public func nextWakeUp(for uplink: UplinkID, at now: Moment) -> Duration? {
    laneOfUplink[uplink].flatMap { lanes[$0].nextWakeUp(at: now.uptime) }
  }
}

// MARK: - Bookkeeping

extension Outbox {
  mutating func makeReady(_ slot: Int) {
    store[slot]?.state = .ready
    guard let entry = store[slot] else { return }
    lanes[entry.lane][entry.item.id.kind].makeReady(entry, slot: slot)
  }

  /// - Parameter stands: whether the wait goes on when the uplink is restored.
  mutating func makeWait(_ slot: Int, until notBefore: Duration, stands: Bool) {
    store[slot]?.state = .waiting
    store[slot]?.waitStands = stands
    guard let entry = store[slot] else { return }
    lanes[entry.lane][entry.item.id.kind].makeWait(entry, slot: slot, until: notBefore)
  }

  @discardableResult
  mutating func removeEntry(_ slot: Int) -> OutboxEntry? {
    guard let entry = store.remove(slot) else { return nil }
    let kind = entry.item.id.kind
    lanes[entry.lane][kind].count -= 1
    lanes[entry.lane][kind].bytes -= entry.item.bytes
    if case .inFlight = entry.state { lanes[entry.lane][kind].inFlight -= 1 }
    lanes[entry.lane][kind].compact { store.isCurrent($0, sequence: $1) }
    return entry
  }

  private mutating func laneIndex(of uplink: UplinkID) -> Int {
    if let index = laneOfUplink[uplink] { return index }
    let index = lanes.count
    lanes.append(OutboxLane(uplink: uplink, limits: limits))
    store.addLane()
    laneOfUplink[uplink] = index
    return index
  }

  private mutating func replace(_ slot: Int, with item: OutboxItem) -> Bool {
    guard let entry = store[slot], case .awaitingReplacement = entry.state else { return false }
    lanes[entry.lane][item.id.kind].bytes += item.bytes - entry.item.bytes
    store[slot]?.item.bytes = item.bytes
    store[slot]?.history.isReplacement = true
    makeReady(slot)
    return true
  }

  private mutating func endWaits(lane: Int, _ kind: OutboxKind, by now: Duration) {
    for wait in lanes[lane][kind].endWaits(by: now) where store.isCurrent(wait.slot, sequence: wait.sequence) {
      makeReady(wait.slot)
    }
  }

  private mutating func take(
    _ count: Int, lane: Int, _ kind: OutboxKind, at now: Moment, parentTime: Int, into deliveries: inout [Delivery]
  ) {
    var left = count
    while left > 0, let key = lanes[lane][kind].popReady() {
      guard store.isCurrent(key.slot, sequence: key.sequence) else { continue }
      guard let delivery = handOut(key.slot, at: now, parentTime: parentTime) else { continue }
      deliveries.append(delivery)
      left -= 1
    }
  }

  /// Marks the item as in flight, or lets it wait when its signature would lie too far ahead of the parent's clock.
  private mutating func handOut(_ slot: Int, at now: Moment, parentTime: Int) -> Delivery? {
    guard var entry = store[slot] else { return nil }
    var signAt = parentTime
    if let last = entry.lastSignedAt, last >= parentTime {
      let lead = last.subtractingReportingOverflow(parentTime)
      // Retries alone never lead far. More than that is a clock that was set back, and its old seconds are as good as
      // new: a parent refuses what lies ahead of it.
      let isClockSetBack = lead.overflow || lead.partialValue > Self.longestLead
      if !isClockSetBack {
        guard lead.partialValue < Self.usefulLead else {
          makeWait(slot, until: now.uptime + .seconds(1), stands: true)
          return nil
        }
        signAt = last + 1
      }
    }
    entry.state = .inFlight
    entry.attempts += 1
    entry.lastSignedAt = signAt
    entry.handedOutAt = now.uptime
    if entry.proofsSeen == nil { entry.proofsSeen = lanes[entry.lane].proofs }
    store[slot] = entry
    lanes[entry.lane][entry.item.id.kind].inFlight += 1
    return Delivery(id: entry.item.id, uplink: entry.item.uplink, attempt: entry.attempts, signAt: signAt)
  }

  /// Seconds that a signature may be ahead of the parent's clock.
  private static var usefulLead: Int { 3 }
  private static var longestLead: Int { 10 }
}
