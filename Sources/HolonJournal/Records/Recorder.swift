import HolonRouting

/// The journal's rules over any store: what each change does to the rows, within the limits.
struct Recorder<Store: RecordStore> {
  private(set) var store: Store
  private(set) var ledger: Ledger
  private let planner: RoomPlanner
  private let limits: JournalLimits
  private let report: @Sendable (JournalIncident) -> Void
  /// Reported once they are on disk.
  private var incidents: [JournalIncident] = []
  /// Unix seconds, read once for each transaction.
  private var now = 0

  init(store: Store, ledger: Ledger, options: JournalOptions) {
    self.store = store
    self.ledger = ledger
    limits = options.limits
    planner = RoomPlanner(limits: options.limits, maximumContentBytes: options.maximumContentBytes)
    report = options.report
  }

  // MARK: Transactions

  mutating func begin(now: Int) throws(JournalFailure) {
    self.now = now
    try store.begin()
  }

  mutating func commit() throws(JournalFailure) {
    try store.prune(now: now)
    try store.commit()
    ledger.commit()
    for incident in incidents { report(incident) }
    incidents.removeAll(keepingCapacity: true)
  }

  mutating func rollBack() {
    store.rollBack()
    ledger.rollBack()
    incidents.removeAll(keepingCapacity: true)
  }

  mutating func maintain() -> Bool { store.maintain() }

  mutating func close() { store.close() }

  // MARK: Changes

  /// Decides on changes that would be applied next. Writes nothing, so that a refusal needs no undoing.
  mutating func plan(_ changes: [JournalChange]) throws(JournalFailure) -> RoomPlan? {
    try planner.plan(changes, ledger: ledger, store: &store)
  }

  mutating func apply(_ changes: [JournalChange], _ plan: RoomPlan?) throws(JournalFailure) {
    if let plan { try makeRoom(plan) }
    for change in changes { try apply(change) }
  }

  private mutating func apply(_ change: JournalChange) throws(JournalFailure) {
    switch change {
    case .taskTaken(let task): try take(task)
    case .taskAssigned(let key, let child, let attempts):
      guard let row = ledger.tasks[key] else { return }
      try store.assignTask(row.number, child: child, attempts: attempts)
    case .taskReleased(let key):
      guard let row = ledger.tasks[key] else { return }
      try store.releaseTask(row.number)
    case .taskForgotten(let key):
      try removeTask(key)
      try store.rememberFinished(key, outcome: "forgotten", at: now)
    case .resultStored(let result): try keep(result)
    case .eventStored(let event): try keep(event)
    case .delivered(let id, let outcome, let at): try settle(id, outcome: outcome, at: at)
    case .outboxDeadLettered(let id, let reason, let detail, let at):
      try bury(id, reason: reason, detail: detail, at: at)
    case .deadLettered(let letter):
      let number = ledger.takeNumber()
      try addDeadLetter(bytes: try store.insert(letter, number: number))
    case .nodeSecretStored(let secret): try store.store(secret)
    case .childTokenIssued(let child, let digest, let at): try store.issueToken(to: child, digest: digest, at: at)
    case .childRevoked(let child, let at): try store.revoke(child: child, at: at)
    case .childRestored(let child): try store.restore(child: child)
    }
  }

  private mutating func take(_ task: TaskRecord) throws(JournalFailure) {
    try removeTask(task.key)
    let number = ledger.takeNumber()
    let bytes = try store.insert(task, number: number)
    ledger.setTask(task.key, Ledger.Row(number: number, bytes: bytes + Ledger.rowOverhead))
  }

  private mutating func keep(_ result: ResultRecord) throws(JournalFailure) {
    try removeTask(result.key)
    if let earlier = ledger.results[result.key] { try store.deleteOutboxItem(earlier.number) }
    let number = ledger.takeNumber()
    let bytes = try store.insert(result, number: number)
    ledger.setResult(result.key, Ledger.Row(number: number, bytes: bytes + Ledger.rowOverhead))
  }

  private mutating func keep(_ event: EventRecord) throws(JournalFailure) {
    if let earlier = ledger.events[event.eventID] { try store.deleteOutboxItem(earlier.number) }
    let number = ledger.takeNumber()
    let bytes = try store.insert(event, number: number)
    ledger.setEvent(event.eventID, Ledger.Row(number: number, bytes: bytes + Ledger.rowOverhead))
    try store.rememberEvent(event.eventID, at: event.storedAt)
  }

  private mutating func removeTask(_ key: TaskKey) throws(JournalFailure) {
    guard let row = ledger.tasks[key] else { return }
    try store.deleteTask(row.number)
    ledger.setTask(key, nil)
  }

  private mutating func settle(_ id: OutboxID, outcome: String, at: Int) throws(JournalFailure) {
    if let row = removeFromLedger(id) { try store.deleteOutboxItem(row.number) }
    try rememberResult(id, outcome: outcome, at: at)
  }

  private mutating func bury(_ id: OutboxID, reason: String, detail: String, at: Int) throws(JournalFailure) {
    if let row = removeFromLedger(id) {
      let burial = Burial(number: ledger.takeNumber(), reason: reason, detail: detail, at: at)
      try addDeadLetter(bytes: try store.buryOutboxItem(row.number, as: burial))
    }
    try rememberResult(id, outcome: reason, at: at)
  }

  /// Events are remembered from the moment they are stored.
  private mutating func rememberResult(_ id: OutboxID, outcome: String, at: Int) throws(JournalFailure) {
    guard case .result(let key) = id else { return }
    try store.rememberFinished(key, outcome: outcome, at: at)
  }

  private mutating func removeFromLedger(_ id: OutboxID) -> Ledger.Row? {
    switch id {
    case .result(let key): ledger.setResult(key, nil)
    case .event(let eventID): ledger.setEvent(eventID, nil)
    }
  }

  // MARK: Dead letters and room

  private mutating func addDeadLetter(bytes: Int) throws(JournalFailure) {
    ledger.addDeadLetters(rows: 1, bytes: bytes)
    let excess = ledger.deadLetterRows - limits.maximumDeadLetters
    guard excess > 0 else { return }
    let removed = try store.deleteOldestDeadLetters(excess)
    ledger.addDeadLetters(rows: -removed.rows, bytes: -removed.bytes)
    incidents.append(.deadLettersRemoved(removed.rows))
  }

  private mutating func makeRoom(_ plan: RoomPlan) throws(JournalFailure) {
    for key in plan.tasks {
      guard let row = ledger.setTask(key, nil) else { continue }
      let bytes = try store.buryTask(row.number, as: burial(plan.reason))
      try store.rememberFinished(key, outcome: plan.reason.rawValue, at: now)
      try addDropped(.task, "\(key.jobID)/\(key.taskID)", bytes: bytes, plan.reason)
    }
    for eventID in plan.events {
      guard let row = ledger.setEvent(eventID, nil) else { continue }
      let bytes = try store.buryOutboxItem(row.number, as: burial(plan.reason))
      try addDropped(.event, eventID, bytes: bytes, plan.reason)
    }
    if plan.deadLetterBytes > 0 {
      let freed = try store.stripOldestDeadLetters(bytes: plan.deadLetterBytes)
      ledger.addDeadLetters(rows: 0, bytes: -freed)
    }
  }

  private mutating func burial(_ reason: JournalIncident.DropReason) -> Burial {
    let detail =
      switch reason {
      case .rows: "gave way to newer work: the journal held the most rows it may"
      case .bytes: "gave way to newer work: the journal held the most bytes it may; the content was removed"
      }
    return Burial(
      number: ledger.takeNumber(), reason: reason.rawValue, detail: detail, at: now, keepsContent: reason == .rows)
  }

  private mutating func addDropped(
    _ kind: DeadLetter.Kind, _ subject: String, bytes: Int, _ reason: JournalIncident.DropReason
  ) throws(JournalFailure) {
    incidents.append(.dropped(kind, subject: subject, reason: reason))
    try addDeadLetter(bytes: bytes)
  }

  // MARK: Reading

  mutating func content(of key: TaskKey) throws(JournalFailure) -> [UInt8]? {
    guard let row = ledger.tasks[key] else { return nil }
    return try store.taskContent(row.number)
  }

  mutating func content(of id: OutboxID) throws(JournalFailure) -> [UInt8]? {
    let row =
      switch id {
      case .result(let key): ledger.results[key]
      case .event(let eventID): ledger.events[eventID]
      }
    guard let row else { return nil }
    return try store.outboxContent(row.number)
  }

  mutating func snapshot() throws(JournalFailure) -> JournalSnapshot {
    try store.snapshot()
  }
}
