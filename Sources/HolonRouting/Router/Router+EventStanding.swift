import RXON

// Whether a child may speak of what an event is about.
extension Router {
  /// A child speaks for the tasks that it has or had, and for jobs of which no other child has a task: progress of
  /// another's task would be a lie, as its result would be (protocol §3).
  func speaksForAnother(_ event: WorkerEventPayload, child: String) -> Bool {
    if let job = event.targetJobID, let task = event.targetTaskID, had(TaskKey(jobID: job, taskID: task), child) {
      return false
    }
    let concerned = tasksConcerned(by: event)
    return concerned.contains { $0.assignment != nil } && !concerned.contains { $0.isOrWasHeld(by: child) }
  }

  private func tasksConcerned(by event: WorkerEventPayload) -> [HeldTask] {
    let named = event.targetTaskID.map(tasks.slots(ofTaskID:)) ?? []
    let ofJob = event.targetJobID.map { job in tasks.slots.filter { tasks[$0]?.key.jobID == job } } ?? []
    return (named + ofJob).compactMap { tasks[$0] }
  }

  private func had(_ key: TaskKey, _ child: String) -> Bool {
    if let slot = tasks.slot(of: key), let task = tasks[slot] { return task.isOrWasHeld(by: child) }
    return finished[key] == .answered(by: child)
  }
}

extension HeldTask {
  fileprivate func isOrWasHeld(by child: String) -> Bool {
    assignment?.childID == child || formerHolder == child || ending == .answered(by: child)
  }
}
