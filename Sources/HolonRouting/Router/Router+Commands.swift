import RXON

// Commands come down from a parent; a cancellation is followed until it is answered.
extension Router {
  mutating func pass(_ command: WorkerCommand, from uplink: UplinkID) {
    guard let taskID = command.taskID else {
      if command.command == CommandName.cancelTask {
        return emit(.report(.commandUndeliverable(command.command, reason: "no_task_id")))
      }
      return passToAll(command)
    }
    let addressed = tasks.slots(ofTaskID: taskID).filter { slot in
      guard let task = tasks[slot], task.uplink == uplink else { return false }
      return command.jobID == nil || command.jobID == task.key.jobID
    }
    if addressed.isEmpty { emit(.report(.commandUndeliverable(command.command, reason: "unknown_task"))) }
    // What has been answered needs no command: the parent will see.
    for slot in addressed where tasks[slot]?.ending == nil {
      if command.command == CommandName.cancelTask {
        cancel(slot, command)
      } else {
        passToHolder(command, of: slot)
      }
    }
  }

  private mutating func cancel(_ slot: Int, _ command: WorkerCommand) {
    guard let task = tasks[slot] else { return }
    guard let assignment = task.assignment else { return cancelHere(slot) }
    if task.cancellation == nil {
      tasks[slot]?.cancellation = Cancellation(command: Boxed(command), requestedAt: now.uptime)
      reschedule(task: slot)
    }
    // Without a channel the answers to the child's heartbeats name the task until it answers.
    if children.hasChannel(assignment.childID) { emit(.sendCommand(command, child: assignment.childID)) }
  }

  private mutating func passToHolder(_ command: WorkerCommand, of slot: Int) {
    guard let assignment = tasks[slot]?.assignment, let child = assignment.child else {
      return emit(.report(.commandUndeliverable(command.command, reason: "not_running")))
    }
    if !send(command, to: child) {
      emit(.report(.commandUndeliverable(command.command, reason: "no_channel")))
    }
  }

  private mutating func passToAll(_ command: WorkerCommand) {
    var reached = false
    for child in children.slots where send(command, to: child) { reached = true }
    if !reached { emit(.report(.commandUndeliverable(command.command, reason: "no_channel"))) }
  }

  /// Sends by the open channel; a Holon without one finds the command in the answer to its next heartbeat.
  private mutating func send(_ command: WorkerCommand, to slot: Int) -> Bool {
    guard let child = children[slot] else { return false }
    if children.hasChannel(child.id) {
      emit(.sendCommand(command, child: child.id))
      return true
    }
    guard child.isHolon, child.pendingCommands.count < Self.maximumPendingCommands else { return false }
    children[slot]?.pendingCommands.append(command)
    return true
  }

  private static let maximumPendingCommands = 64
}
