import Glibc
import HolonRouting

/// A journal over any store: the queue, the writer's thread, and what callers of the port see.
final class JournalEngine<Store: RecordStore>: Sendable {
  let queue: SubmissionQueue<Store>
  private let status: Monitor<WriterStatus>
  private let report: @Sendable (JournalIncident) -> Void

  /// Most bytes that wait to be written before commits are refused.
  private static var maximumQueuedBytes: Int { 64 << 20 }

  init(store: sending Store, ledger: Ledger, options: JournalOptions) throws(JournalFailure) {
    queue = SubmissionQueue(recordingDelay: options.recordingDelay, maximumBytes: Self.maximumQueuedBytes)
    status = Monitor(WriterStatus(usage: ledger.usage))
    report = options.report
    let recorder = Recorder(store: store, ledger: ledger, options: options)
    let writer = Writer(recorder: recorder, queue: queue, published: status, report: options.report)
    let status = status
    let isRunning = WriterThread.start({ writer.run() }) {
      status.update { status in
        status.isClosed = true
        return true
      }
    }
    guard isRunning else { throw .other("the system gives no thread for the journal") }
  }

  func commit(_ changes: [JournalChange], completion: @escaping @Sendable (JournalFailure?) -> Void) {
    if !queue.put(Submission(changes, completion: completion)) { completion(.closed) }
  }

  func record(_ changes: [JournalChange]) {
    guard !changes.isEmpty else { return }
    if !queue.put(Submission(changes, completion: nil)) {
      report(.recordingLost(changes: changes.count, .closed))
    }
  }

  func content(
    completion: @escaping @Sendable (Result<[UInt8]?, JournalFailure>) -> Void,
    _ find: @escaping @Sendable (inout Recorder<Store>) throws(JournalFailure) -> [UInt8]?
  ) {
    let isQueued = queue.put { recorder in
      do throws(JournalFailure) {
        completion(.success(try find(&recorder)))
      } catch {
        completion(.failure(error))
      }
    }
    if !isQueued { completion(.failure(.closed)) }
  }

  /// Waits until all that was queued is committed, then reads.
  func restore() throws(JournalFailure) -> JournalSnapshot {
    let answer = Monitor<Result<JournalSnapshot, JournalFailure>?>(nil)
    let queue = queue
    commit([]) { failure in
      let isQueued =
        failure == nil
        && queue.put { recorder in
          let result = Result { () throws(JournalFailure) in try recorder.snapshot() }
          answer.update {
            $0 = result
            return true
          }
        }
      guard !isQueued else { return }
      answer.update {
        $0 = .failure(failure ?? .closed)
        return true
      }
    }
    let result = answer.wait { answer in answer.map { .done($0) } ?? .wait }
    return try result.get()
  }

  func usage() -> JournalUsage { status.read(\.usage) }

  func statistics() -> JournalStatistics { status.read(\.statistics) }

  /// Asks the writer to finish, without waiting for it.
  func startClosing() {
    queue.close()
  }

  /// Returns once everything is written and the store is released. Not for the journal's own thread.
  func close() {
    startClosing()
    status.wait { $0.isClosed ? .done(()) : .wait }
  }
}
