import HolonRouting

/// The one thread that touches the store: takes what is queued, commits it in groups, and tells who waited.
///
/// While one group is on its way to the disk the next one gathers, so that groups grow with the load by themselves.
final class Writer<Store: RecordStore> {
  typealias Queue = SubmissionQueue<Store>

  private var recorder: Recorder<Store>
  private let queue: Queue
  private let published: Monitor<WriterStatus>
  private var delayed: DelayedRecordings
  private var statistics = JournalStatistics()
  private var hasMaintenance = true
  private var written = 0

  init(
    recorder: Recorder<Store>, queue: Queue, published: Monitor<WriterStatus>,
    report: @escaping @Sendable (JournalIncident) -> Void
  ) {
    self.recorder = recorder
    self.queue = queue
    self.published = published
    delayed = DelayedRecordings(report: report)
  }

  /// Works until the queue is closed.
  func run() {
    while true {
      switch queue.take(written: written, waitingAtMost: patience) {
      case .some(let reads, let submissions):
        serve(reads)
        write(submissions)
        hasMaintenance = true
      case .nothing:
        written = 0
        if delayed.isDue { write([]) } else { hasMaintenance = recorder.maintain() }
      case .last(let reads, let submissions):
        serve(reads)
        write(submissions)
        finish()
        return
      }
    }
  }

  /// How long the writer waits for work before it looks after itself.
  private var patience: Int? {
    if !delayed.isEmpty { return DelayedRecordings.pause }
    return hasMaintenance ? 50_000_000 : nil
  }

  private func serve(_ reads: [Queue.Read]) {
    for read in reads { read(&recorder) }
  }

  private func finish() {
    if !delayed.isEmpty { commit(delayed.takeAll()[...]) }
    delayed.giveUp()
    recorder.close()
  }

  private func write(_ submissions: [Submission]) {
    var rest = sortingOutRecordings(submissions)[...]
    while !rest.isEmpty {
      let batch = rest.prefix(Self.batchLength(rest))
      rest = rest.dropFirst(batch.count)
      commit(batch)
      if !rest.isEmpty { serve(queue.takeReads()) }
    }
    written = submissions.reduce(0) { $0 + $1.bytes }
  }

  /// While recordings wait for the disk to have room again, later ones queue up behind them. Changes that somebody waits
  /// for do not overtake them: they may be of the same task.
  private func sortingOutRecordings(_ submissions: [Submission]) -> [Submission] {
    if delayed.isEmpty { return submissions }
    let isAwaited = submissions.contains { !$0.isRecording && !$0.changes.isEmpty }
    if delayed.isDue || isAwaited { return delayed.takeAll() + submissions }
    for submission in submissions where submission.isRecording { delayed.add(submission) }
    return submissions.filter { !$0.isRecording }
  }

  private static func batchLength(_ submissions: ArraySlice<Submission>) -> Int {
    var changes = 0
    var bytes = 0
    var length = 0
    for submission in submissions {
      changes += submission.changes.count
      bytes += submission.bytes
      guard length == 0 || (changes <= GroupCommit.maximumChanges && bytes <= GroupCommit.maximumBytes) else { break }
      length += 1
    }
    return length
  }

  private func commit(_ batch: ArraySlice<Submission>) {
    let outcomes: [CommitOutcome]
    if let together = recorder.commitTogether(batch, now: wallClockSeconds()) {
      outcomes = together
    } else {
      outcomes = recorder.commitEachAlone(batch, now: wallClockSeconds())
      statistics.replayedGroups += 1
    }
    statistics.groups += 1
    statistics.submissions += batch.count
    publish()
    for (submission, outcome) in zip(batch, outcomes) {
      if let completion = submission.completion {
        completion(outcome.failure)
      } else {
        delayed.note(submission, outcome)
      }
    }
  }

  private func publish() {
    let usage = recorder.ledger.usage
    let statistics = statistics
    published.update { status in
      status.usage = usage
      status.statistics = statistics
      return false
    }
  }
}

/// How large a group may become.
enum GroupCommit {
  static let maximumChanges = 512
  static let maximumBytes = 4 << 20
}

/// What others may see of the writer.
struct WriterStatus: Sendable {
  var usage: JournalUsage
  var statistics = JournalStatistics()
  var isClosed = false
}
