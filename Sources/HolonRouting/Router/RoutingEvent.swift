public import RXON

/// What happened, as the node tells the router. Calls were authenticated and their signatures checked before.
public enum RoutingEvent: Sendable {
  // Children.
  case childRegistered(CallID, WorkerRegistration, isHolon: Bool)
  case childHeartbeat(CallID, child: String, Heartbeat?)
  case childCommandChannelOpened(child: String)
  case childCommandChannelClosed(child: String)

  // Polls.
  case pollArrived(CallID, TaskPoll)
  /// The caller of a call that waits for its answer went away.
  case callAbandoned(CallID)
  /// A task was the answer to this poll and the answer could not be written.
  case handOutFailed(CallID, TaskKey)
  /// The journal has a task's content no more, or not in a form that can be read.
  case contentLost(CallID, TaskKey)

  /// The child has these tasks on its disk; see ``Lease``.
  case receiptsConfirmed(child: String, [TaskKey])

  /// The child is shut out: it will not come back.
  case childRevoked(child: String)

  // From a parent.
  case taskArrived(PolledTask, from: UplinkID)
  /// A task arrived that must not be worked on; the parent gets a failure with this code and reason.
  case taskRefused(PolledTask, from: UplinkID, ErrorCode, reason: String)
  case commandArrived(WorkerCommand, from: UplinkID)
  case cancellationsArrived(taskIDs: [String], from: UplinkID)

  // From a child, on the way up.
  case resultArrived(CallID, child: String, TaskResult)
  /// `call` is nil for an event that needs no answer (it came over the command channel).
  case eventArrived(CallID?, child: String, WorkerEventPayload)

  /// The parent has given its final answer to a result, or it became a dead letter; the task may leave memory.
  case resultSettled(TaskKey)
  /// The journal let a waiting task go to keep within its limits, with its content.
  case taskDropped(TaskKey)
  /// The journal refused the changes of a ``RoutingAction/persist(_:)``, or others on which they stand. `unperformed` are
  /// the actions between it and the next of its list, none of which was performed or will be; the router refuses the calls
  /// among them itself.
  case persistFailed([JournalChange], unperformed: [RoutingAction])

  /// The wake-up that ``Router/nextWakeUp`` asked for.
  case timePassed
  case drainStarted
}
