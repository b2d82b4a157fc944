public import RXON

/// What the node must do, in order. Large cases are indirect, so that lists of actions move little.
public enum RoutingAction: Sendable {
  /// Commit these changes; the actions after this one are performed when they have reached stable storage. They are
  /// submitted in the order of all lists, those of one list at once.
  /// No changes: a barrier behind all earlier ones.
  case persist([JournalChange])
  /// Commit these changes when convenient; nothing waits for them.
  case record([JournalChange])

  // Answers to children.
  indirect case answerRegistration(CallID, RegistrationReply)
  case answerHeartbeat(CallID, HeartbeatReply)
  /// Answer the poll with the task's stored bytes.
  case forwardToChild(CallID, TaskKey, child: String)
  case answerNoTask(CallID)
  case answerResult(CallID, ResultReply)
  case acknowledgeEvent(CallID)
  case refuse(CallID, CallFailure)
  indirect case sendCommand(WorkerCommand, child: String)

  // Upwards.
  /// The task is in the journal: a parent that keeps leases may hear so.
  case confirmReceipt(TaskKey, to: UplinkID)
  /// The result is in the journal: deliver it.
  indirect case forwardResult(TaskKey, TaskResult, to: UplinkID)
  /// The event is in the journal: deliver it.
  indirect case forwardEvent(WorkerEventPayload, to: UplinkID)
  /// Best effort; a newer one of the same task replaces one that still waits.
  indirect case relayProgress(WorkerEventPayload, to: UplinkID)

  /// What the node offers its parents may have changed: compare and tell.
  case offerChanged
  /// The child came, told something new of itself, or was lost: tell the parents that know it as a worker of its own.
  case childChanged(String)
  /// Something worth a log line and a counter.
  case report(RoutingIncident)
}

/// Noteworthy things, with a bounded vocabulary for metrics.
public enum RoutingIncident: Sendable, Hashable {
  case childJoined(String)
  case childLost(String, reason: String)
  case childRefused(String, reason: String)
  case taskTaken(TaskKey, skill: String)
  case taskDuplicate(TaskKey)
  case taskForwarded(TaskKey, child: String)
  case taskReturned(TaskKey, child: String, reason: String)
  case taskExpired(TaskKey)
  case taskCancelled(TaskKey)
  /// Given back to the parent as a failure made here.
  case taskFailedHere(TaskKey, code: ErrorCode, reason: String)
  case resultTaken(TaskKey, child: String, status: String)
  case resultDuplicate(TaskKey)
  case resultIgnored(TaskKey, child: String, reason: String)
  case eventTaken(String)
  case eventDuplicate(String)
  case eventDropped(String, reason: String)
  case commandUndeliverable(String, reason: String)
}
