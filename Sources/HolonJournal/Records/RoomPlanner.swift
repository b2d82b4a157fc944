import HolonRouting

/// Applies the limits: decides whether changes are let in, and what gives way for them. Reads, never writes.
struct RoomPlanner {
  let limits: JournalLimits
  let maximumContentBytes: Int

  /// - Returns: nil when there is room as it is.
  /// - Throws: ``JournalFailure/full(_:)`` when the changes must not be applied.
  func plan(
    _ changes: [JournalChange], ledger: Ledger, store: inout some RecordStore
  ) throws(JournalFailure) -> RoomPlan? {
    let demand = Demand(of: changes, in: ledger)
    guard demand.largestContent <= maximumContentBytes else {
      throw .other("a content of \(demand.largestContent) bytes is over the limit of \(maximumContentBytes)")
    }
    guard !demand.isNothing else { return nil }
    let shortage = Shortage(demand, ledger, limits)
    guard shortage.isSomething else { return nil }
    guard shortage.results == 0 else {
      throw .full("the journal holds \(limits.maximumResults) results, the most it may")
    }
    return try relieve(shortage, demand, ledger, &store)
  }

  /// Looks at more and more of what may give way, since mostly a little is enough.
  private func relieve(
    _ shortage: Shortage, _ demand: Demand, _ ledger: Ledger, _ store: inout some RecordStore
  ) throws(JournalFailure) -> RoomPlan {
    let deadLetterBytes = min(shortage.bytes, ledger.deadLetterBytes)
    let bytes = shortage.bytes - deadLetterBytes
    var extra = bytes > 0 ? 16 : 0
    while true {
      let eventLimit = limits.eventPolicy == .reject ? 0 : shortage.events + extra
      let taskLimit = limits.taskPolicy == .dropOldest ? shortage.tasks + extra : 0
      let events = try yieldingEvents(to: demand, limit: eventLimit, &store)
      let tasks = taskLimit == 0 ? [] : try store.freeTasks(limit: taskLimit)
      if var plan = choose(shortage, bytes, events, tasks, ledger) {
        plan.deadLetterBytes = deadLetterBytes
        return plan
      }
      let isExhausted = events.count < eventLimit || eventLimit == 0
      guard bytes > 0, !isExhausted || (taskLimit > 0 && tasks.count == taskLimit) else {
        throw .full(shortage.description(of: limits))
      }
      extra *= 8
    }
  }

  private func yieldingEvents(
    to demand: Demand, limit: Int, _ store: inout some RecordStore
  ) throws(JournalFailure) -> [String] {
    guard limit > 0 else { return [] }
    let byPriority = limits.eventPolicy == .dropLowestPriority
    let events = try store.events(lowestPriorityFirst: byPriority, limit: limit)
    guard byPriority else { return events.map(\.id) }
    return events.prefix { $0.priority <= demand.lowestEventPriority }.map(\.id)
  }

  /// The fewest that are enough, events before tasks; nil when all of them are not.
  private func choose(
    _ shortage: Shortage, _ bytes: Int, _ events: [String], _ tasks: [TaskKey], _ ledger: Ledger
  ) -> RoomPlan? {
    guard events.count >= shortage.events, tasks.count >= shortage.tasks else { return nil }
    var plan = RoomPlan()
    plan.reason = shortage.bytes > 0 ? .bytes : .rows
    var missing = bytes
    for (index, event) in events.enumerated() where index < shortage.events || missing > 0 {
      plan.events.append(event)
      missing -= freed(ledger.events[event])
    }
    for (index, task) in tasks.enumerated() where index < shortage.tasks || missing > 0 {
      plan.tasks.append(task)
      missing -= freed(ledger.tasks[task])
    }
    return missing <= 0 ? plan : nil
  }

  /// A dead letter without content remains.
  private func freed(_ row: Ledger.Row?) -> Int {
    max(0, (row?.bytes ?? 0) - Ledger.rowOverhead)
  }
}

/// How far the limits would be overstepped.
private struct Shortage {
  let tasks: Int
  let results: Int
  let events: Int
  let bytes: Int

  var isSomething: Bool { tasks > 0 || results > 0 || events > 0 || bytes > 0 }

  init(_ demand: Demand, _ ledger: Ledger, _ limits: JournalLimits) {
    tasks = max(0, demand.tasks > 0 ? ledger.tasks.count + demand.tasks - limits.maximumTasks : 0)
    results = max(0, demand.results > 0 ? ledger.results.count + demand.results - limits.maximumResults : 0)
    events = max(0, demand.events > 0 ? ledger.events.count + demand.events - limits.maximumEvents : 0)
    // Results get the last tenth to themselves: work that was let in must be able to end.
    let share = demand.addsWork ? limits.maximumBytes / 10 * 9 : limits.maximumBytes
    bytes = demand.bytes > 0 ? max(0, ledger.bytes + demand.bytes - share) : 0
  }

  func description(of limits: JournalLimits) -> String {
    if tasks > 0 { return "the journal holds \(limits.maximumTasks) tasks, the most it may" }
    if events > 0 { return "the journal holds \(limits.maximumEvents) events, the most it may" }
    return "the journal has reached its limit of \(limits.maximumBytes) bytes"
  }
}
