import HolonRouting

/// Recordings that found no room on the disk. Nobody waits for them, so nobody else would try them again; changes that
/// come late do no harm, since what they name is then either there or gone.
struct DelayedRecordings {
  /// Nanoseconds between two attempts.
  static let pause = 1_000_000_000
  private static let maximumChanges = 65_536

  private var submissions: [Submission] = []
  private var changes = 0
  private var due = 0
  private let report: @Sendable (JournalIncident) -> Void

  init(report: @escaping @Sendable (JournalIncident) -> Void) {
    self.report = report
  }

  var isEmpty: Bool { submissions.isEmpty }

  var isDue: Bool { !isEmpty && MonotonicClock.now() >= due }

  mutating func note(_ recording: Submission, _ outcome: CommitOutcome) {
    guard let failure = outcome.failure else { return }
    guard case .failed(.full) = outcome else {
      report(.recordingLost(changes: recording.changes.count, failure))
      return
    }
    if isEmpty {
      due = MonotonicClock.now() + Self.pause
      report(.recordingDelayed(failure))
    }
    add(recording)
  }

  mutating func add(_ recording: Submission) {
    guard changes + recording.changes.count <= Self.maximumChanges else {
      report(.recordingLost(changes: recording.changes.count, .full("too many recordings wait for room")))
      return
    }
    changes += recording.changes.count
    submissions.append(recording)
  }

  mutating func takeAll() -> [Submission] {
    defer {
      submissions = []
      changes = 0
    }
    return submissions
  }

  /// There will be no further attempt.
  mutating func giveUp() {
    guard !isEmpty else { return }
    report(.recordingLost(changes: changes, .closed))
    _ = takeAll()
  }
}
