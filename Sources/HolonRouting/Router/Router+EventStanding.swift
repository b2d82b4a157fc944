import RXON

// Whether a child may speak of what an event is about.
extension Router {
  /// A child speaks for the tasks that it has or had, and for jobs of which no other child has a task: progress of
  /// another's task would be a lie, as its result would be (protocol §3).
  func speaksForAnother(_ event: WorkerEventPayload, child: String) -> Bool {
    if let job = event.targetJobID, let task = event.targetTaskID, had(TaskKey(jobID: job, taskID: task), child) {
      return false
    }
    let named = [event.targetTaskID, event.originTaskID].compactMap { $0 }
    // The reference looks a target task up among the jobs when no job is named.
    let jobs = [event.targetJobID, event.targetTaskID].compactMap { $0 }
    return named.contains { belongsToOthers(tasks.slots(ofTaskID: $0), than: child) }
      || jobs.contains { belongsToOthers(tasks.slots(ofJobID: $0), than: child) }
  }

  private func belongsToOthers(_ slots: some Sequence<Int>, than child: String) -> Bool {
    var isAnothers = false
    for slot in slots {
      guard let task = tasks[slot] else { continue }
      if task.isOrWasHeld(by: child) { return false }
      isAnothers = isAnothers || task.holder != nil
    }
    return isAnothers
  }

  private func had(_ key: TaskKey, _ child: String) -> Bool {
    if let slot = tasks.slot(of: key), let task = tasks[slot] { return task.isOrWasHeld(by: child) }
    return finished[key] == .answered(by: child)
  }
}

extension HeldTask {
  fileprivate func isOrWasHeld(by child: String) -> Bool {
    holder == child || formerHolder == child
  }
}
