import NIOCore
import RXON
import RXONWire

/// One request for several tasks: a poll for each of its leases, which are handed over one by one.
///
/// The first task, together with all that are ready in the same turn of the loop, is the answer; the other polls are then
/// withdrawn, as if their caller had gone. Confined to the event loop of the exchange.
final class PollBatch: @unchecked Sendable {
  // Unchecked: everything mutable is confined to the event loop.
  /// Leases of one request.
  static let limit = 64
  /// Bytes of the tasks of one answer. What goes beyond stays with the handler.
  private static let largest = 8 << 20

  private struct Poll {
    let lease: String
    var answer: ListenerAnswer?
    var written: (@Sendable (Bool) -> Void)?
    var abandonment: (@Sendable () -> Void)?
  }

  private let exchange: HTTPExchange
  private let encoder: ListenerAnswerEncoder
  private var polls: [Poll]
  private var bytes = 0
  private var isAnswerDue = false
  private var isOver = false

  init(_ exchange: HTTPExchange, _ encoder: ListenerAnswerEncoder, leases: [String]) {
    self.exchange = exchange
    self.encoder = encoder
    polls = leases.map { Poll(lease: $0) }
    exchange.onAbandoned { self.abandon() }
  }

  /// The call of one of the leases.
  func call(_ index: Int, _ poll: TaskPoll, credentials: Credentials) -> ListenerCall {
    var poll = poll
    poll.lease = polls[index].lease
    return ListenerCall(
      action: .poll(poll), credentials: credentials, body: nil,
      respond: { answer, written in self.exchange.eventLoop.runOrExecute { self.take(answer, written, of: index) } },
      watchAbandonment: { action in self.exchange.eventLoop.runOrExecute { self.watch(index, action) } },
      attribute: { self.exchange.attribute(to: $0) })
  }

  private func take(_ answer: ListenerAnswer, _ written: (@Sendable (Bool) -> Void)?, of index: Int) {
    guard !isOver, polls[index].answer == nil, hasRoom(for: answer) else {
      written?(false)
      return
    }
    polls[index].answer = answer
    polls[index].written = written
    polls[index].abandonment = nil
    switch answer {
    case .noTask:
      if polls.allSatisfy({ $0.answer != nil }) { finish() }
    default:
      guard !isAnswerDue else { return }
      isAnswerDue = true
      exchange.eventLoop.execute { self.finish() }
    }
  }

  /// The first task always has room.
  private func hasRoom(for answer: ListenerAnswer) -> Bool {
    guard case .task(let task) = answer else { return true }
    guard bytes == 0 || bytes + task.count <= Self.largest else { return false }
    bytes += task.count
    return true
  }

  private func watch(_ index: Int, _ action: @escaping @Sendable () -> Void) {
    if isOver {
      action()
    } else if polls[index].answer == nil {
      polls[index].abandonment = action
    }
  }

  private func finish() {
    guard !isOver else { return }
    isOver = true
    let told = polls.compactMap(\.written)
    exchange.answer(response()) { isWritten in
      for written in told { written(isWritten) }
    }
    withdraw()
  }

  private func response() -> HTTPResponse {
    let tasks = polls.compactMap { poll -> (lease: String, task: RawJSON)? in
      guard case .task(let task)? = poll.answer else { return nil }
      return (poll.lease, task)
    }
    guard tasks.isEmpty else { return encoder.response(json: TaskBatch.encoded(tasks)) }
    let refusal = polls.lazy.compactMap(\.answer).first { if case .failure = $0 { true } else { false } }
    return encoder.response(refusal ?? .noTask)
  }

  private func withdraw() {
    let abandoned = polls.compactMap(\.abandonment)
    polls = []
    for action in abandoned { action() }
  }

  /// The caller has gone.
  private func abandon() {
    guard !isOver else { return }
    isOver = true
    let told = polls.compactMap(\.written)
    withdraw()
    for written in told { written(false) }
  }
}
