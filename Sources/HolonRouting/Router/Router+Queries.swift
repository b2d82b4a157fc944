public import RXON

/// What a node should ask a parent for now.
public struct TaskDemand: Sendable, Hashable {
  static let none = TaskDemand(count: 0, availableSkills: [], hotSkills: [])

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
    guard takesWork else { return .none }
    if let child = uplink.child { return demand(of: child, for: uplink) }
    let prefetch = configuration.prefetchOfUplink[uplink] ?? configuration.prefetch
    let room = max(0, min(prefetch, configuration.maximumQueuedTasks) - queue.count)
    let count = freePolls + (children.count > 0 ? room : 0)
    guard count > 0 else { return .none }
    let available = room > 0 ? skills.ableSkills : skills.readySkills
    return TaskDemand(count: count, availableSkills: available, hotSkills: skills.hotSkills)
  }

  /// Whether tasks are taken at all.
  public var takesWork: Bool { !isDraining && journalDownUntil == nil }

  /// What one child has a use for: what its own polls wait for and ask for.
  private func demand(of child: String, for uplink: UplinkID) -> TaskDemand {
    guard let slot = children.slot(of: child), let known = children[slot] else { return .none }
    let prefetch = configuration.prefetchOfUplink[uplink.parent] ?? configuration.prefetch
    let room = mayServe(slot) ? max(0, prefetch - queue.tasks(onlyFor: child).count) : 0
    let count = freePolls(of: slot) + min(room, max(0, configuration.maximumQueuedTasks - queue.count))
    guard count > 0 else { return .none }
    let polled = known.groups.compactMap { polls.group($0) }.filter { !$0.polls.isEmpty }.flatMap(\.skills)
    let available = room > 0 ? known.offers.map(\.name) : polled.map(\.variant.name)
    return TaskDemand(
      count: count, availableSkills: Set(available).sorted(),
      hotSkills: Set(polled.lazy.filter(\.isHot).map(\.variant.name)).sorted())
  }

  /// Copies of all registered children, in the order in which they registered.
  public var childProfiles: [ChildProfile] {
    children.slots.compactMap { children[$0].map(profile(of:)) }
  }

  /// A copy of the child; nil unless it is registered.
  public func childProfile(_ id: String) -> ChildProfile? {
    children.slot(of: id).flatMap { children[$0] }.map(profile(of:))
  }

  private func profile(of child: Child) -> ChildProfile {
    let running = child.running.compactMap { tasks[$0] }.sorted { $0.age < $1.age }.map(\.key)
    return ChildProfile(
      id: child.id, registration: child.registration, isHolon: child.isHolon, status: child.status,
      usage: child.usage, running: running, parkedPolls: child.parkedPolls,
      isCommandChannelOpen: children.hasChannel(child.id), lastSeen: child.lastSeen)
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
    let held = tasks.slots(from: uplink).compactMap { tasks[$0] }
    return held.sorted { $0.age < $1.age }.map(\.key.taskID)
  }

  public var taskCounts: TaskCounts {
    TaskCounts(queued: queue.count, running: tasks.count - queue.count - answeredCount, answered: answeredCount)
  }

  public var childCount: Int { children.count }
  public func isRegistered(_ child: String) -> Bool { children.slot(of: child) != nil }
  public var registeredChildren: [String] { children.slots.compactMap { children[$0]?.id } }
  public var parkedPollCount: Int { polls.count }
}
