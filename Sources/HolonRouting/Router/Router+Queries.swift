public import RXON

/// What a node should ask a parent for now.
public struct TaskDemand: Sendable, Hashable {
  /// How many more tasks there is a use for. Polls that are out already are the asker's to subtract.
  public var count: Int
  /// The skills that could start now, sorted; with a prefetch, all that some child is able to do.
  public var availableSkills: [String]
  /// The skills that could start now and that a child has hot, sorted.
  public var hotSkills: [String]

  public init(count: Int, availableSkills: [String], hotSkills: [String]) {
    self.count = count
    self.availableSkills = availableSkills
    self.hotSkills = hotSkills
  }
}

/// How many tasks are held, by state.
public struct TaskCounts: Sendable, Hashable {
  public var queued: Int
  /// Handed out.
  public var running: Int
  /// Their results wait for a parent.
  public var answered: Int

  public init(queued: Int, running: Int, answered: Int) {
    self.queued = queued
    self.running = running
    self.answered = answered
  }
}

// What others may ask. Nothing here changes anything.
extension Router {
  /// The uptime at which the child that holds the task got it; nil while none does.
  public func handedOut(_ key: TaskKey) -> Duration? {
    tasks.slot(of: key).flatMap { tasks[$0]?.assignment?.since }
  }

  /// Whether some child waits for work.
  public var canStartSomething: Bool { freePolls > 0 }

  /// What to ask a parent for.
  ///
  /// A parked poll never waits beside a task that it could take, so each is a use for one more. The prefetch is room for
  /// tasks that wait here.
  public func demand(for uplink: UplinkID) -> TaskDemand {
    guard !isDraining, journalDownUntil == nil else {
      return TaskDemand(count: 0, availableSkills: [], hotSkills: [])
    }
    let prefetch = configuration.prefetchOfUplink[uplink] ?? configuration.prefetch
    let room = max(0, min(prefetch, configuration.maximumQueuedTasks) - queue.count)
    let count = freePolls + (children.count > 0 ? room : 0)
    guard count > 0 else { return TaskDemand(count: 0, availableSkills: [], hotSkills: []) }
    let available = room > 0 ? skills.ableSkills : skills.readySkills
    return TaskDemand(count: count, availableSkills: available, hotSkills: skills.hotSkills)
  }

  /// Copies of all registered children, in the order in which they registered.
  public var childProfiles: [ChildProfile] {
    children.slots.compactMap { slot in
      guard let child = children[slot] else { return nil }
      let running = child.running.compactMap { tasks[$0] }.sorted { $0.age < $1.age }.map(\.key)
      return ChildProfile(
        id: child.id, registration: child.registration, isHolon: child.isHolon, status: child.status,
        usage: child.usage, running: running, parkedPolls: child.parkedPolls,
        isCommandChannelOpen: children.hasChannel(child.id), lastSeen: child.lastSeen)
    }
  }

  /// What the children that may be given work offer, as of their last heartbeats, in the order in which they registered.
  public var liveRegistrations: [WorkerRegistration] {
    children.slots.compactMap { slot in
      guard let child = children[slot], !child.isDraining else { return nil }
      return child.registration
    }
  }

  /// The ids of all tasks of a parent that wait for its final answer, oldest first. For heartbeats.
  public func currentTaskIDs(for uplink: UplinkID) -> [String] {
    let held = tasks.slots.compactMap { tasks[$0] }.filter { $0.uplink == uplink }
    return held.sorted { $0.age < $1.age }.map(\.key.taskID)
  }

  public var taskCounts: TaskCounts {
    TaskCounts(queued: queue.count, running: tasks.count - queue.count - answeredCount, answered: answeredCount)
  }

  public var childCount: Int { children.count }
  public var parkedPollCount: Int { polls.count }
}
