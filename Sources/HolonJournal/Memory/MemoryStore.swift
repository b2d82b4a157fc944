import HolonRouting

/// The rows in memory. Nothing here can fail, so that nothing ever needs to be undone.
struct MemoryStore: RecordStore {
  private enum OutboxRow {
    case result(ResultRecord)
    case event(EventRecord)
  }

  private let limits: JournalLimits
  private var tasks: [Int: TaskRecord] = [:]
  private var outbox: [Int: OutboxRow] = [:]
  private var letters: [Int: DeadLetter] = [:]
  private var finished: [(key: TaskKey, at: Int)] = []
  private var seenEvents: [(id: String, at: Int)] = []
  private var nodeSecret: NodeSecret?
  private var childAccess: [String: ChildAccessRecord] = [:]

  init(limits: JournalLimits) {
    self.limits = limits
  }

  mutating func begin() {}
  mutating func commit() {}
  mutating func rollBack() {}
  mutating func maintain() -> Bool { false }
  mutating func close() {}

  // MARK: Tasks

  mutating func insert(_ task: TaskRecord, number: Int) -> Int {
    tasks[number] = task
    return task.content.count
  }

  mutating func assignTask(_ number: Int, child: String, attempts: Int) {
    tasks[number]?.assignedTo = child
    tasks[number]?.attempts = attempts
  }

  mutating func releaseTask(_ number: Int) {
    tasks[number]?.assignedTo = nil
  }

  mutating func deleteTask(_ number: Int) {
    tasks[number] = nil
  }

  // MARK: Outbox

  mutating func insert(_ result: ResultRecord, number: Int) -> Int {
    outbox[number] = .result(result)
    return result.content.count
  }

  mutating func insert(_ event: EventRecord, number: Int) -> Int {
    outbox[number] = .event(event)
    return event.content.count
  }

  mutating func deleteOutboxItem(_ number: Int) {
    outbox[number] = nil
  }

  // MARK: Memory

  mutating func rememberFinished(_ key: TaskKey, outcome: String, at: Int) {
    finished.append((key, at))
  }

  mutating func rememberEvent(_ eventID: String, at: Int) {
    seenEvents.append((eventID, at))
  }

  mutating func prune(now: Int) {
    Self.prune(&finished, limits, now, age: \.at)
    Self.prune(&seenEvents, limits, now, age: \.at)
  }

  private static func prune<Row>(_ rows: inout [Row], _ limits: JournalLimits, _ now: Int, age: (Row) -> Int) {
    rows.removeFirst(max(0, rows.count - limits.rememberedRows))
    let young = rows.firstIndex { age($0) > now - limits.rememberedSeconds } ?? rows.endIndex
    rows.removeSubrange(..<young)
  }

  // MARK: Children's access

  mutating func store(_ secret: NodeSecret) {
    nodeSecret = secret
  }

  mutating func issueToken(to child: String, digest: String, at: Int) {
    childAccess[child, default: ChildAccessRecord(child: child)].issueToken(digest: digest, at: at)
  }

  mutating func revoke(child: String, at: Int) {
    childAccess[child, default: ChildAccessRecord(child: child)].revoke(at: at)
  }

  mutating func restore(child: String) {
    childAccess[child]?.restore()
  }

  // MARK: Dead letters

  mutating func insert(_ letter: DeadLetter, number: Int) -> Int {
    letters[number] = letter
    return letter.content.count
  }

  mutating func buryTask(_ number: Int, as burial: Burial) -> Int {
    guard let task = tasks.removeValue(forKey: number) else { return 0 }
    let subject = "\(task.key.jobID)/\(task.key.taskID)"
    return insert(burial.letter(.task, subject, task.uplink, task.content), number: burial.number)
  }

  mutating func buryOutboxItem(_ number: Int, as burial: Burial) -> Int {
    switch outbox.removeValue(forKey: number) {
    case .result(let result):
      let subject = "\(result.key.jobID)/\(result.key.taskID)"
      return insert(burial.letter(.result, subject, result.uplink, result.content), number: burial.number)
    case .event(let event):
      return insert(burial.letter(.event, event.eventID, event.uplink, event.content), number: burial.number)
    case nil: return 0
    }
  }

  mutating func deleteOldestDeadLetters(_ count: Int) -> (rows: Int, bytes: Int) {
    var freed = (rows: 0, bytes: 0)
    for number in letters.keys.sorted().prefix(count) {
      freed.rows += 1
      freed.bytes += letters.removeValue(forKey: number)?.content.count ?? 0
    }
    return freed
  }

  mutating func stripOldestDeadLetters(bytes: Int) -> Int {
    var freed = 0
    for number in letters.keys.sorted() where freed < bytes {
      freed += letters[number]?.content.count ?? 0
      letters[number]?.content = []
    }
    return freed
  }

  // MARK: Reading

  mutating func freeTasks(limit: Int) -> [TaskKey] {
    tasks.filter { $0.value.assignedTo == nil }.sorted { $0.key < $1.key }.prefix(limit).map(\.value.key)
  }

  mutating func events(lowestPriorityFirst: Bool, limit: Int) -> [(id: String, priority: Double)] {
    let events = outbox.compactMap { number, row -> (number: Int, event: EventRecord)? in
      if case .event(let event) = row { (number, event) } else { nil }
    }
    let ordered = events.sorted { left, right in
      if lowestPriorityFirst, left.event.priority != right.event.priority {
        return left.event.priority < right.event.priority
      }
      return left.number < right.number
    }
    return ordered.prefix(limit).map { ($0.event.eventID, $0.event.priority) }
  }

  mutating func taskContent(_ number: Int) -> [UInt8]? {
    tasks[number]?.content
  }

  mutating func outboxContent(_ number: Int) -> [UInt8]? {
    switch outbox[number] {
    case .result(let result): result.content
    case .event(let event): event.content
    case nil: nil
    }
  }

  mutating func snapshot() -> JournalSnapshot {
    var snapshot = JournalSnapshot()
    for (_, var task) in tasks.sorted(by: { $0.key < $1.key }) {
      task.content = []
      snapshot.tasks.append(task)
    }
    for (_, row) in outbox.sorted(by: { $0.key < $1.key }) {
      switch row {
      case .result(var result):
        result.content = []
        snapshot.results.append(result)
      case .event(var event):
        event.content = []
        snapshot.events.append(event)
      }
    }
    snapshot.finished = finished.map(\.key)
    snapshot.seenEvents = seenEvents.map(\.id)
    snapshot.nodeSecret = nodeSecret
    snapshot.childAccess = childAccess.values.sorted { $0.child < $1.child }
    return snapshot
  }
}

extension Burial {
  fileprivate func letter(
    _ kind: DeadLetter.Kind, _ subject: String, _ uplink: UplinkID, _ content: [UInt8]
  ) -> DeadLetter {
    DeadLetter(
      kind: kind, subject: subject, uplink: uplink, reason: reason, detail: detail, at: at,
      content: keepsContent ? content : [])
  }
}
