/// All tasks that are held, by slot, by key, and by the task's or the job's id alone.
struct TaskTable: Sendable {
  private var tasks = SlotArray<HeldTask>()
  /// One task id may belong to several jobs.
  private var slotsByTaskID: [String: [Int]] = [:]
  private var slotsByJobID: [String: Set<Int>] = [:]
  /// Only of tasks that a parent gave to one child; also by the child that it gave them to later.
  private var slotsByUplink: [UplinkID: Set<Int>] = [:]
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
    if task.uplink.child != nil { slotsByUplink[task.uplink, default: []].insert(slot) }
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
    forget(slot, from: task.uplink)
    if let successor = task.successor { forget(slot, from: successor.uplink) }
    return task
  }

  private mutating func forget(_ slot: Int, from uplink: UplinkID) {
    slotsByUplink[uplink]?.remove(slot)
    if slotsByUplink[uplink]?.isEmpty == true { slotsByUplink[uplink] = nil }
  }

  /// The parent has given the task to another child.
  mutating func setSuccessor(_ successor: Successor, of slot: Int) {
    guard let task = tasks[slot] else { return }
    if let former = task.successor { forget(slot, from: former.uplink) }
    tasks[slot]?.successor = successor
    slotsByUplink[successor.uplink, default: []].insert(slot)
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

  /// The tasks that came from there, and those that are to be taken from there next.
  func slots(from uplink: UplinkID) -> [Int] {
    guard uplink.child != nil else { return tasks.slots.filter { tasks[$0]?.uplink == uplink } }
    return slotsByUplink[uplink].map(Array.init) ?? []
  }

  /// For tests: how many children tasks are kept for.
  var pinnedUplinks: Int { slotsByUplink.count }
}
