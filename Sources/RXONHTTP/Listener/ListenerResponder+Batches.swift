import NIOCore
import NIOHTTP1
import RXON
import RXONWire

/// Several polls or results in one request, from a child that knows of them.
extension ListenerResponder {
  func receive(_ batch: [String], _ poll: TaskPoll, _ exchange: HTTPExchange, credentials: Credentials) {
    let polls = PollBatch(exchange, ListenerAnswerEncoder(credentials: credentials), leases: batch)
    // All are made before the first is handed over, which may end them.
    for call in batch.indices.map({ polls.call($0, poll, credentials: credentials) }) { handler.receive(call) }
  }

  func receiveResults(_ request: HTTPRequest, _ exchange: HTTPExchange) throws {
    guard request.method == .POST else { throw ListenerRoute.Failure.wrongMethod(allowed: .POST) }
    let credentials = try credentials(of: request, route: .result)
    guard credentials.features.contains(.batch) else { throw ListenerRoute.Failure.unknownPath }
    takeReceipts(of: request, exchange, credentials: credentials)
    let results = try ResultBatch.results(decoder.json(request.body))
    let answers = ResultAnswers(exchange, ListenerAnswerEncoder(credentials: credentials), count: results.count)
    for (index, json) in results.enumerated() {
      do throws(CallFailure) {
        let (action, body) = try decoder.result(json)
        handler.receive(
          ListenerCall(
            action: action, credentials: credentials, body: body,
            respond: { answer, written in
              exchange.eventLoop.runOrExecute { answers.take(answer, written, of: index) }
            },
            watchAbandonment: { action in exchange.eventLoop.runOrExecute { answers.watch(action) } },
            attribute: { exchange.attribute(to: $0) }))
      } catch {
        answers.take(.failure(error), nil, of: index)
      }
    }
  }
}

/// Waits until every result of a request has its answer. Confined to the event loop of the exchange.
private final class ResultAnswers: @unchecked Sendable {
  // Unchecked: everything mutable is confined to the event loop.
  private let exchange: HTTPExchange
  private let encoder: ListenerAnswerEncoder
  private var answers: [ListenerAnswer?]
  private var written: [@Sendable (Bool) -> Void] = []
  private var abandonments: [@Sendable () -> Void] = []
  private var missing: Int
  private var isOver = false

  init(_ exchange: HTTPExchange, _ encoder: ListenerAnswerEncoder, count: Int) {
    self.exchange = exchange
    self.encoder = encoder
    answers = Array(repeating: nil, count: count)
    missing = count
    exchange.onAbandoned { self.abandon() }
    if count == 0 { finish() }
  }

  func take(_ answer: ListenerAnswer, _ told: (@Sendable (Bool) -> Void)?, of index: Int) {
    guard !isOver, answers[index] == nil else {
      told?(false)
      return
    }
    answers[index] = answer
    if let told { written.append(told) }
    missing -= 1
    if missing == 0 { finish() }
  }

  func watch(_ action: @escaping @Sendable () -> Void) {
    if isOver {
      action()
    } else {
      abandonments.append(action)
    }
  }

  /// The caller has gone.
  private func abandon() {
    guard !isOver else { return }
    isOver = true
    for written in written { written(false) }
    for action in abandonments { action() }
    abandonments = []
  }

  private func finish() {
    isOver = true
    abandonments = []
    let told = written
    let answers = answers.compactMap { $0 }.map { WireAnswer($0, isHolon: encoder.isHolon) }
    exchange.answer(encoder.response(json: ResultBatch.encoded(answers))) { isWritten in
      for written in told { written(isWritten) }
    }
  }
}
