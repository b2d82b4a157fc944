import RXON

/// A task from the moment it is taken until its parent has given its final answer to the result.
struct HeldTask {
  enum State {
    /// Waits for a child.
    case queued
    /// A child has it, or is believed to.
    case assigned(Assignment)
    /// Its result is stored; it waits for the parent's answer.
    case answered(TaskEnding)
  }

  let key: TaskKey
  let uplink: UplinkID
  let requirement: SkillRequirement
  let priority: Double
  /// Unix seconds.
  let deadline: Int?
  /// Unix seconds.
  let takenAt: Int
  /// Rises with every task taken.
  let age: UInt64
  /// Whether the orchestrator signed it; so it is taken to be when a restart does not tell.
  var isSigned = true
  var attempts: Int
  var state: State
  /// The child that had it before it went back to the queue: it may still claim it.
  var formerHolder: String?
  /// The lease under which it was handed out last; nil where none was made.
  var lease: Lease?
  /// Answers with it that did not arrive, and that were not counted as attempts.
  var lostAnswers = 0
  /// The child has confirmed that it received what came under the lease.
  var isReceived = false
  /// What the parent asked, while the holder has not answered it.
  var cancellation: Cancellation?
  /// What the journal refused and will be offered again.
  var unstored: Unstored?
  /// When what the journal refused is tried again.
  var retryAt: Duration?
  /// The parent has given the task to another child meanwhile; taken up when the answer to this one is settled.
  var successor: Successor?
  /// Since when the task waits for the only child that may do it, which is not registered.
  var ownerMissingSince: Duration?

  var queueRank: QueueRank { QueueRank(priority: priority, age: age) }

  var assignment: Assignment? {
    if case .assigned(let assignment) = state { assignment } else { nil }
  }

  /// The child that has it, or has answered it.
  var holder: String? {
    switch state {
    case .assigned(let assignment): assignment.childID
    case .answered(.answered(let child)): child
    case .queued, .answered: nil
    }
  }

  var isQueued: Bool {
    if case .queued = state { true } else { false }
  }

  var ending: TaskEnding? {
    if case .answered(let ending) = state { ending } else { nil }
  }

  func isPastDeadline(at now: Moment) -> Bool {
    deadline.map { $0 <= now.unixSeconds } ?? false
  }
}

extension HeldTask {
  init(_ record: TaskRecord, age: UInt64, state: State) {
    self.init(
      key: record.key, uplink: record.uplink,
      requirement: SkillRequirement(
        name: record.skill, version: record.skillVersion, type: record.skillType, child: record.uplink.child),
      priority: record.priority, deadline: record.deadline, takenAt: record.takenAt, age: age,
      attempts: record.attempts, state: state)
  }
}

/// Who has a task, and how sure that is.
struct Assignment {
  let childID: String
  /// Nil while the child is not registered: after a restart it is expected back.
  var child: Int?
  /// The poll that the task answered; nil for what was restored or claimed.
  let call: CallID?
  let since: Duration
  /// The latest heartbeats in a row that did not claim the task: how many, and when the first came.
  var unclaimed: (count: Int, since: Duration)?
}

/// A cancellation on its way.
struct Cancellation {
  let command: Boxed<WorkerCommand>
  let requestedAt: Duration
}

/// A task that came again, for another child than before, while its result was on its way.
struct Successor {
  let task: Boxed<PolledTask>
  let uplink: UplinkID
  /// Why it is not to be worked on.
  let refusal: Router.Objection?
}

/// What the journal refused to take.
indirect enum Unstored {
  case task(TaskRecord)
  case result(TaskResult)
}

/// How a task ended, as far as answers to late results need it.
enum TaskEnding: Equatable {
  case answered(by: String)
  case cancelled
  case expired
  case failed
  /// Before a restart.
  case unknown

  /// The answer to a result that comes after the end.
  func reply(to child: String) -> ResultReply {
    switch self {
    case .answered(child): .accepted
    case .answered: .ignored(reason: IgnoredReason.workerMismatch.rawValue)
    case .unknown: .accepted
    case .cancelled: .ignored(reason: IgnoredReason.jobCancelled.rawValue)
    case .expired: .ignored(reason: IgnoredReason.deadlineExceeded.rawValue)
    case .failed: .ignored(reason: IgnoredReason.jobAlreadyTerminated.rawValue)
    }
  }
}
