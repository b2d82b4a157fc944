import HolonRouting

/// What waits for the writer. Any thread puts in, the writer alone takes out.
final class SubmissionQueue<Store: RecordStore>: Sendable {
  /// Runs on the writer's thread, between commits.
  typealias Read = @Sendable (inout Recorder<Store>) -> Void

  private struct State {
    var submissions: [Submission] = []
    var reads: [Read] = []
    var urgent = 0
    var bytes = 0
    /// When the oldest recording has waited long enough.
    var recordingsDue: Int?
    var phase = Phase.open
    var isWriterWaiting = false
  }

  private enum Phase {
    case open, closing, closed
  }

  /// What the writer finds.
  enum Work {
    /// The reads come before the submissions: they need not wait for a commit.
    case some(reads: [Read], submissions: [Submission])
    /// Nothing, for as long as the writer was ready to wait.
    case nothing
    /// The last work there will be.
    case last(reads: [Read], submissions: [Submission])
  }

  private let state = Monitor(State())
  private let recordingDelay: Int
  private let maximumBytes: Int

  init(recordingDelay: Duration, maximumBytes: Int) {
    self.recordingDelay = MonotonicClock.nanoseconds(recordingDelay)
    self.maximumBytes = maximumBytes
  }

  /// - Returns: false when the queue is closed; then nothing was put in.
  func put(_ submission: consuming Submission) -> Bool {
    var isOpen = false
    let submission = submission
    state.update { state in
      isOpen = state.phase == .open
      guard isOpen else { return false }
      var submission = submission
      if state.bytes + submission.bytes > maximumBytes, !submission.isRecording, !submission.changes.isEmpty {
        submission.refusal = .full("the disk does not keep up: \(state.bytes) bytes wait to be written")
        submission.changes = []
        submission.bytes = 0
      }
      state.bytes += submission.bytes
      if !submission.isRecording {
        state.urgent += 1
      } else if state.recordingsDue == nil {
        state.recordingsDue = MonotonicClock.now() + recordingDelay
      }
      state.submissions.append(submission)
      return state.isWriterWaiting
    }
    return isOpen
  }

  /// - Returns: false when the queue is closed; then nothing was put in.
  func put(_ read: @escaping Read) -> Bool {
    var isOpen = false
    state.update { state in
      isOpen = state.phase == .open
      guard isOpen else { return false }
      state.reads.append(read)
      return state.isWriterWaiting
    }
    return isOpen
  }

  /// - Parameters:
  ///   - written: bytes of submissions that were dealt with since the last call.
  ///   - limit: the longest wait in nanoseconds, without end if nil.
  func take(written: Int, waitingAtMost limit: Int?) -> Work {
    let giveUp = limit.map { MonotonicClock.now() + $0 }
    var isFirst = true
    return state.wait { state in
      if isFirst { state.bytes -= written }
      isFirst = false
      state.isWriterWaiting = false
      if state.phase == .closing {
        state.phase = .closed
        return .done(.last(reads: Self.takeReads(&state), submissions: Self.takeSubmissions(&state)))
      }
      let now = MonotonicClock.now()
      if state.urgent > 0 || state.recordingsDue.map({ $0 <= now }) == true {
        return .done(.some(reads: Self.takeReads(&state), submissions: Self.takeSubmissions(&state)))
      }
      if !state.reads.isEmpty { return .done(.some(reads: Self.takeReads(&state), submissions: [])) }
      if let giveUp, giveUp <= now { return .done(.nothing) }
      state.isWriterWaiting = true
      guard let due = [state.recordingsDue, giveUp].compactMap({ $0 }).min() else { return .wait }
      return .waitUntil(nanoseconds: due)
    }
  }

  /// The reads that came in while the writer was at work.
  func takeReads() -> [Read] {
    var reads: [Read] = []
    state.update { state in
      reads = Self.takeReads(&state)
      return false
    }
    return reads
  }

  /// Lets nothing more in.
  func close() {
    state.update { state in
      if state.phase == .open { state.phase = .closing }
      return true
    }
  }

  private static func takeReads(_ state: inout State) -> [Read] {
    guard !state.reads.isEmpty else { return [] }
    defer { state.reads = [] }
    return state.reads
  }

  private static func takeSubmissions(_ state: inout State) -> [Submission] {
    defer {
      state.submissions = []
      state.urgent = 0
      state.recordingsDue = nil
    }
    return state.submissions
  }
}
