import NIOCore
import RXON
import RXONWire

/// Gathers polls that are made at once into requests for several tasks, as long as tasks wait at the parent.
///
/// A request is answered with all tasks that are ready when the first is; the polls that none of them answers are made
/// again, each for what is left of its wait. While the parent has nothing ready, one poll is one request: gathered ones
/// would only be made again and again.
final class PollBatches: @unchecked Sendable {
  // Unchecked: everything mutable is confined to the pool's event loop.
  private static let regathering = TimeAmount.milliseconds(1)
  /// What is left of a wait that is not worth another request.
  private static let leastWait = Duration.milliseconds(50)

  private struct Waiting: Sendable {
    let call: BatchedCall
    let terms: PollTerms
    let lease: String
    let end: ContinuousClock.Instant

    func asksLike(_ other: Waiting) -> Bool {
      terms.availableSkills == other.terms.availableSkills && terms.hotSkills == other.terms.hotSkills
    }
  }

  private let requests: HTTPRequests
  private var eventLoop: any EventLoop { requests.pool.eventLoop }
  private var waiting: [Waiting] = []
  private var isFlushDue = false
  private var size = BatchSize()

  init(_ requests: HTTPRequests) {
    self.requests = requests
  }

  func answer(to call: WireCall, _ terms: PollTerms) async throws(TransportError) -> WireReply {
    let lease = terms.lease ?? ""
    return try await BatchedCall(call).answer(on: eventLoop) { call in
      self.waiting.append(Waiting(call: call, terms: terms, lease: lease, end: .now + terms.wait))
      self.flush(in: .zero)
    }
  }

  func leave(_ workerID: String) {
    eventLoop.runOrExecute { [self] in
      for poll in waiting where poll.call.call.workerID == workerID { poll.call.end(.failure(.transportClosed)) }
    }
  }

  // MARK: Gathering

  /// What comes in the same turn of the loop goes together.
  private func flush(in delay: TimeAmount) {
    guard !isFlushDue else { return }
    isFlushDue = true
    if delay == .zero {
      eventLoop.execute { self.sendWaiting() }
    } else {
      eventLoop.scheduleTask(in: delay) { self.sendWaiting() }
    }
  }

  private func sendWaiting() {
    isFlushDue = false
    while let batch = takeBatch() { send(batch) }
  }

  private func takeBatch() -> [Waiting]? {
    waiting.removeAll { $0.call.isOver }
    guard let first = waiting.first else { return nil }
    var batch: [Waiting] = []
    var rest: [Waiting] = []
    for poll in waiting {
      let fits = batch.count < size.most && poll.call.mayJoin(first.call) && poll.asksLike(first)
      if fits { batch.append(poll) } else { rest.append(poll) }
    }
    waiting = rest
    return batch
  }

  private func send(_ batch: [Waiting]) {
    let now = ContinuousClock.now
    guard let first = batch.first else { return }
    var terms = first.terms
    terms.wait = max(.zero, batch.map { $0.end - now }.min() ?? .zero)
    var call = first.call.call
    call.action = .poll(terms)
    let target = PollTarget.target(of: call, terms, leases: batch.map(\.lease))
    let request = requests.submit(call, to: target) { [self, terms] result in
      let reply = result.flatMap { response in Result { () throws(TransportError) in try WireReply(response) } }
      answered(batch, reply, after: .now - now, wait: terms.wait)
    }
    for poll in batch {
      poll.call.cancelled = { [pool = requests.pool] in
        if batch.allSatisfy(\.call.isOver) { pool.cancel(request) }
      }
    }
  }

  // MARK: Answers

  private func answered(
    _ batch: [Waiting], _ result: Result<WireReply, TransportError>, after time: Duration, wait: Duration
  ) {
    do throws(TransportError) {
      let reply = try result.get()
      let tasks =
        try batch.count == 1
        ? [batch[0].lease: reply.body] : TaskBatch.tasks(reply.body, answerSize: requests.options.answerSize)
      size.answered(asked: batch.count, got: tasks.count { !$0.value.isEmpty }, after: time)
      // A parent that does not hold polls must not be asked without pause.
      let isHeld = !tasks.isEmpty || time >= wait
      for poll in batch {
        if let task = tasks[poll.lease] {
          poll.call.end(.success(WireReply(body: task, parent: reply.parent)))
        } else if isHeld, poll.end - .now > Self.leastWait {
          waiting.append(poll)
          flush(in: Self.regathering)
        } else {
          poll.call.end(.success(WireReply(body: [], parent: reply.parent)))
        }
      }
    } catch {
      for poll in batch { poll.call.end(.failure(error)) }
    }
  }
}

/// How many polls go into one request: more as long as the parent answers all of them without waiting, fewer when it does
/// not.
struct BatchSize {
  static let limit = 32
  private static let margin = Duration.milliseconds(5)

  private(set) var most = 1
  /// The shortest time of an answer, which is about that of the way.
  private var shortest = Duration.seconds(60)

  mutating func answered(asked: Int, got: Int, after time: Duration) {
    shortest = min(shortest, time)
    if got == asked, time <= shortest * 2 + Self.margin {
      most = min(Self.limit, most * 2)
    } else if got * 2 <= asked {
      most = max(1, most / 2)
    }
  }
}
