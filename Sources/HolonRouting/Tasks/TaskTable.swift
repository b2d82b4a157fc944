/// All tasks that are held, by slot, by key, and by the task's or the job's id alone.
struct TaskTable: Sendable {
  private var tasks = SlotArray<HeldTask>()
  /// One task id may belong to several jobs.
  private var slotsByTaskID: [String: [Int]] = [:]
  private var slotsByJobID: [String: Set<Int>] = [:]
  private var nextAge: UInt64 = 0

  var count: Int { tasks.count }
  var slots: [Int] { tasks.slots }

  subscript(slot: Int) -> HeldTask? {
    _read { yield tasks[slot] }
    _modify { yield &tasks[slot] }
  }

  /// Ages rise in the order of the calls.
  mutating func makeAge() -> UInt64 {
    defer { nextAge &+= 1 }
    return nextAge
  }

  mutating func insert(_ task: HeldTask) -> Int {
    let slot = tasks.insert(task)
    slotsByTaskID[task.key.taskID, default: []].append(slot)
    slotsByJobID[task.key.jobID, default: []].insert(slot)
    return slot
  }

  @discardableResult
  mutating func remove(_ slot: Int) -> HeldTask? {
    guard let task = tasks.remove(slot) else { return nil }
    let taskID = task.key.taskID
    slotsByTaskID[taskID]?.removeAll { $0 == slot }
    if slotsByTaskID[taskID]?.isEmpty == true { slotsByTaskID[taskID] = nil }
    let jobID = task.key.jobID
    slotsByJobID[jobID]?.remove(slot)
    if slotsByJobID[jobID]?.isEmpty == true { slotsByJobID[jobID] = nil }
    return task
  }

  func slot(of key: TaskKey) -> Int? {
    slotsByTaskID[key.taskID]?.first { tasks[$0]?.key == key }
  }

  /// The tasks of this id, of every job.
  func slots(ofTaskID taskID: String) -> [Int] {
    slotsByTaskID[taskID] ?? []
  }

  func slots(ofJobID jobID: String) -> Set<Int> {
    slotsByJobID[jobID] ?? []
  }
}
