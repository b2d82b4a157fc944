import HolonRouting

/// What must give way before changes can be applied.
struct RoomPlan {
  var tasks: [TaskKey] = []
  var events: [String] = []
  /// Bytes to be freed of dead letters.
  var deadLetterBytes = 0
  var reason = JournalIncident.DropReason.rows
}

/// What changes would add to the journal.
struct Demand {
  private(set) var tasks = 0
  private(set) var results = 0
  private(set) var events = 0
  private(set) var bytes = 0
  private(set) var largestContent = 0
  private(set) var lowestEventPriority = Double.infinity

  var isNothing: Bool { tasks == 0 && results == 0 && events == 0 }
  var addsWork: Bool { tasks > 0 || events > 0 }

  init(of changes: [JournalChange], in ledger: Ledger) {
    for change in changes {
      switch change {
      case .taskTaken(let task):
        if ledger.tasks[task.key] == nil { tasks += 1 }
        add(task.content)
      case .resultStored(let result):
        if ledger.results[result.key] == nil { results += 1 }
        bytes -= ledger.tasks[result.key]?.bytes ?? 0
        add(result.content)
      case .eventStored(let event):
        if ledger.events[event.eventID] == nil { events += 1 }
        lowestEventPriority = min(lowestEventPriority, event.priority)
        add(event.content)
      case .deadLettered(let letter):
        largestContent = max(largestContent, letter.content.count)
      case .taskAssigned, .taskReleased, .taskForgotten, .delivered, .outboxDeadLettered, .nodeSecretStored,
        .childTokenIssued, .childRevoked, .childRestored:
        break
      }
    }
  }

  private mutating func add(_ content: [UInt8]) {
    bytes += content.count + Ledger.rowOverhead
    largestContent = max(largestContent, content.count)
  }
}
