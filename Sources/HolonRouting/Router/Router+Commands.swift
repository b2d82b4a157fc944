import RXON

// Commands come down from a parent; a cancellation is followed until it is answered.
extension Router {
  mutating func pass(_ command: WorkerCommand, from uplink: UplinkID) {
    if let child = uplink.child { return pass(command, from: uplink, to: child) }
    guard let taskID = command.taskID else {
      if command.command == CommandName.cancelTask {
        return emit(.report(.commandUndeliverable(command.command, reason: "no_task_id")))
      }
      return passToAll(command)
    }
    let addressed = addressed(taskID, by: command, from: uplink)
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

  /// A command to one child goes to that child, whatever task it names: the parent speaks to that worker.
  private mutating func pass(_ command: WorkerCommand, from uplink: UplinkID, to child: String) {
    if command.command == CommandName.cancelTask, let taskID = command.taskID {
      let addressed = addressed(taskID, by: command, from: uplink)
      for slot in addressed where tasks[slot]?.ending == nil { cancel(slot, command) }
      if !addressed.isEmpty { return }
    }
    guard let slot = children.slot(of: child) else {
      return emit(.report(.commandUndeliverable(command.command, reason: "unknown_child")))
    }
    if !send(command, to: slot) { emit(.report(.commandUndeliverable(command.command, reason: "no_channel"))) }
  }

  /// The tasks of this parent that the command is about.
  private func addressed(_ taskID: String, by command: WorkerCommand, from uplink: UplinkID) -> [Int] {
    tasks.slots(ofTaskID: taskID).filter { slot in
      guard let task = tasks[slot], task.uplink == uplink else { return false }
      return command.jobID == nil || command.jobID == task.key.jobID
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
