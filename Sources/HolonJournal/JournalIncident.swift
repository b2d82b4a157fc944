public import HolonRouting

/// Something a journal did on its own, worth a log line and a counter.
public enum JournalIncident: Sendable, Hashable {
  /// A task or event gave way to newer work and is a dead letter now.
  case dropped(DeadLetter.Kind, subject: String, reason: DropReason)
  /// The oldest dead letters were removed for good to stay within their limit.
  case deadLettersRemoved(Int)
  /// A recording that nobody waits for could not be committed; it is kept and tried again.
  case recordingDelayed(JournalFailure)
  /// Recordings could not be committed and are lost; the state on disk is behind by them.
  case recordingLost(changes: Int, JournalFailure)

  public enum DropReason: String, Sendable, Hashable, CaseIterable {
    /// Too many rows of the kind.
    case rows = "journal_rows"
    /// Too many bytes. The dead letter has no content, since keeping it would free nothing.
    case bytes = "journal_bytes"
  }
}
