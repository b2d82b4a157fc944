/// One change to what the node remembers. The router emits them; a ``Journal`` commits them in order.
public enum JournalChange: Sendable, Hashable {
  case taskTaken(TaskRecord)
  case taskAssigned(TaskKey, child: String, attempts: Int)
  /// The task is nobody's again.
  case taskReleased(TaskKey)
  /// The task is over without a result to deliver. Its key is remembered.
  case taskForgotten(TaskKey)
  /// Ends the task, if there is one, and puts its result in the outbox.
  case resultStored(ResultRecord)
  case eventStored(EventRecord)
  /// The parent has given its final answer. The key is remembered, the content is not.
  case delivered(OutboxID, outcome: String, at: Int)
  /// Moves an outbox item to the dead letters, with the content that the journal holds.
  case outboxDeadLettered(OutboxID, reason: String, detail: String, at: Int)
  /// Adds a dead letter that was never in the outbox.
  case deadLettered(DeadLetter)
  /// The node's own key; takes the place of an earlier one.
  case nodeSecretStored(NodeSecret)
  /// See ``ChildAccessRecord/issueToken(digest:at:)``.
  case childTokenIssued(child: String, digest: String, at: Int)
  /// See ``ChildAccessRecord/revoke(at:)``.
  case childRevoked(child: String, at: Int)
  /// See ``ChildAccessRecord/restore()``.
  case childRestored(child: String)
}
