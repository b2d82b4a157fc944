import HolonRouting

/// Changes that are committed together, and who waits for them.
struct Submission: Sendable {
  var changes: [JournalChange]
  /// Nil for a recording: nobody waits.
  var completion: (@Sendable (JournalFailure?) -> Void)?
  /// Set when it was refused before it was queued; it then only keeps its place in the order of completions.
  var refusal: JournalFailure?
  /// What it takes up in memory, about.
  var bytes: Int

  var isRecording: Bool { completion == nil }

  init(_ changes: [JournalChange], completion: (@Sendable (JournalFailure?) -> Void)?) {
    self.changes = changes
    self.completion = completion
    bytes = changes.reduce(0) { $0 + $1.approximateBytes }
  }
}

extension JournalChange {
  fileprivate var approximateBytes: Int {
    let content =
      switch self {
      case .taskTaken(let task): task.content.count
      case .resultStored(let result): result.content.count
      case .eventStored(let event): event.content.count
      case .deadLettered(let letter): letter.content.count
      case .taskAssigned, .taskReleased, .taskForgotten, .delivered, .outboxDeadLettered, .nodeSecretStored,
        .childTokenIssued, .childRevoked, .childRestored:
        0
      }
    return content + Ledger.rowOverhead
  }
}
